package dev.claw.egress;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Lets a Unix socket stay open when its other end has said all: Netty closes such a channel, since
 * it looks for {@code ALLOW_HALF_CLOSURE} at TCP channels only. The end of the input is what the
 * channel tells its buffer allocator first; it is kept from the channel, and handlers get the event
 * that they get of a TCP channel.
 */
final class EndOfInput implements RecvByteBufAllocator {
  private static final RecvByteBufAllocator SIZES = new AdaptiveRecvByteBufAllocator();

  private final DuplexChannel channel;

  private EndOfInput(DuplexChannel channel) {
    this.channel = channel;
  }

  /** To be called before the channel reads for the first time. */
  static void halfCloses(Channel channel) {
    if (channel instanceof DuplexChannel duplex) {
      channel.config().setRecvByteBufAllocator(new EndOfInput(duplex));
    }
  }

  @Override
  @SuppressWarnings("deprecation") // of the interface; there is no other
  public Handle newHandle() {
    return new Reading((ExtendedHandle) SIZES.newHandle());
  }

  private void ended() {
    if (channel.isOpen() && !channel.isInputShutdown()) {
      channel.shutdownInput();
      channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  private final class Reading extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle sizes;

    Reading(ExtendedHandle sizes) {
      super(sizes);
      this.sizes = sizes;
    }

    @Override
    public void lastBytesRead(int bytes) {
      super.lastBytesRead(Math.max(0, bytes));
      if (bytes < 0) {
        // A task later: what was read before it goes on first.
        channel.eventLoop().execute(EndOfInput.this::ended);
      }
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return sizes.continueReading(maybeMore);
    }
  }
}
