package dev.claw.supervisor.resident;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.function.LongSupplier;

/**
 * Lets through as many frames and bytes as a gateway that has something to say, and cuts off one
 * that floods.
 */
final class FrameGate extends ChannelInboundHandlerAdapter {
  /** Frames that may come at once. */
  static final int FRAMES = 400;

  /** Bytes that may come at once. */
  static final long BYTES = 4L << 20;

  private static final double FRAMES_A_SECOND = 20;
  private static final double BYTES_A_SECOND = 128 << 10;
  private static final double NANOS = 1e9;

  private final LongSupplier nanos;
  private double frames = FRAMES;
  private double bytes = BYTES;
  private long last;

  /** Said to the handlers behind, which end the connection. */
  record Flood() {}

  /**
   * @param nanos counts nanoseconds
   */
  FrameGate(LongSupplier nanos) {
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof WebSocketFrame frame && !admits(frame.content().readableBytes())) {
      ReferenceCountUtil.release(message);
      context.fireUserEventTriggered(new Flood());
      return;
    }
    context.fireChannelRead(message);
  }

  private boolean admits(int size) {
    long now = nanos.getAsLong();
    double seconds = (now - last) / NANOS;
    last = now;
    frames = Math.min(FRAMES, frames + seconds * FRAMES_A_SECOND) - 1;
    bytes = Math.min(BYTES, bytes + seconds * BYTES_A_SECOND) - size;
    return frames >= 0 && bytes >= 0;
  }
}
