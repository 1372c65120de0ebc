package dev.claw.egress;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which somebody may still be writing: a close with unread bytes would take
 * the answer from him that says why (RFC 9112, 9.6).
 */
final class LingeringClose {
  private static final long MOST_MILLIS = 1000;

  private LingeringClose() {}

  /** What the handlers before it read from now on must go nowhere. */
  static void of(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            flushed -> {
              if (flushed.isSuccess() && ctx.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
                ctx.read();
                ctx.executor().schedule(() -> ctx.close(), MOST_MILLIS, TimeUnit.MILLISECONDS);
              } else {
                ctx.close();
              }
            });
  }
}
