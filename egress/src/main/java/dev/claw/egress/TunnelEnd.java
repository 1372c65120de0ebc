package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;

/**
 * One end of a connection whose bytes pass as they are. Reads only as fast as the other end takes,
 * and closes one direction at a time as TCP does.
 */
final class TunnelEnd extends ChannelInboundHandlerAdapter {
  /** Looks at the first bytes of a client. */
  interface Watch {
    /** What becomes of the bytes that were seen. */
    enum Next {
      /** They pass, and all that follows. */
      PASS,
      /** They pass, and what follows is looked at too. */
      LOOK_ON,
      /** They do not pass, and the tunnel ends. */
      END
    }

    /** Takes nothing out of the bytes. */
    Next see(ByteBuf bytes);
  }

  private static final Watch NONE = bytes -> Watch.Next.PASS;

  private final Channel peer;
  private Watch watch;

  private TunnelEnd(Channel peer, Watch watch) {
    this.peer = peer;
    this.watch = watch;
  }

  static TunnelEnd to(Channel peer) {
    return new TunnelEnd(peer, NONE);
  }

  static TunnelEnd to(Channel peer, Watch watch) {
    return new TunnelEnd(peer, watch);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel().config().setAutoRead(peer.isWritable());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      Watch.Next next = watch.see(bytes);
      if (next == Watch.Next.END) {
        bytes.release();
        ctx.close();
        peer.close();
        return;
      }
      if (next == Watch.Next.PASS) {
        watch = NONE;
      }
      peer.write(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
      if (!peer.isWritable()) {
        peer.flush();
        ctx.channel().config().setAutoRead(peer.isWritable());
      }
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    peer.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    peer.config().setAutoRead(ctx.channel().isWritable());
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      boolean bothDone = peer instanceof DuplexChannel other && other.isInputShutdown();
      peer.writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(
              done -> {
                if (!bothDone && peer instanceof DuplexChannel duplex) {
                  duplex.shutdownOutput();
                } else {
                  ctx.close();
                  peer.close();
                }
              });
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The other end gets what is on its way, and is then closed too.
    ctx.close();
  }
}
