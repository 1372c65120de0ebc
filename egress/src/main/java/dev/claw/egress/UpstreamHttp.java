package dev.claw.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection to a host over which requests of one client go, one at a time. */
final class UpstreamHttp {
  /** Who gets what comes back. All calls come on the client's event loop. */
  interface Listener {
    void onResponse(HttpResponse response);

    /** The listener releases it. */
    void onContent(HttpContent content);

    void onReadComplete();

    void onWritable();

    /** The connection is gone; nothing follows. */
    void onClosed(@Nullable Throwable cause);
  }

  private static final String CODEC = "codec";

  private final Channel channel;
  private final Authority authority;
  private final List<InetAddress> addresses;
  private final Relay relay;
  private boolean used;

  UpstreamHttp(
      Channel channel, Authority authority, List<InetAddress> addresses, Listener listener) {
    this.channel = channel;
    this.authority = authority;
    this.addresses = List.copyOf(addresses);
    this.relay = new Relay(listener);
    channel.pipeline().addLast(CODEC, new HttpClientCodec(8192, 65_536, 65_536)).addLast(relay);
    channel.config().setAutoRead(true);
  }

  Channel channel() {
    return channel;
  }

  List<InetAddress> addresses() {
    return addresses;
  }

  boolean leadsTo(Authority other) {
    return authority.equals(other) && channel.isActive();
  }

  /** Whether a request has gone over it before, so that the host may just have closed it. */
  boolean used() {
    return used;
  }

  void markUsed() {
    used = true;
  }

  /** Whether more of the answer is read now. */
  void reading(boolean read) {
    channel.config().setAutoRead(read);
  }

  /** Closes it; the listener hears no more of it. */
  void drop() {
    relay.over = true;
    channel.close();
  }

  /** From now on bytes pass as they are; what was read too far comes first. */
  void becomeRaw(ChannelHandler next) {
    channel.pipeline().addLast(next);
    channel.pipeline().remove(relay);
    channel.pipeline().remove(CODEC);
  }

  private static final class Relay extends ChannelInboundHandlerAdapter {
    private final Listener listener;
    private boolean over;

    Relay(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (over) {
        ReferenceCountUtil.release(message);
        return;
      }
      // A message can be both, head and content.
      if (message instanceof HttpResponse response) {
        listener.onResponse(response);
      }
      if (message instanceof HttpContent content) {
        listener.onContent(content);
      } else if (!(message instanceof HttpResponse)) {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      if (!over) {
        listener.onReadComplete();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      if (!over && ctx.channel().isWritable()) {
        listener.onWritable();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        // The codec ends a body that has no length only when the channel does.
        ctx.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      closed(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      closed(cause);
      ctx.close();
    }

    private void closed(@Nullable Throwable cause) {
      if (!over) {
        over = true;
        listener.onClosed(cause);
      }
    }
  }
}
