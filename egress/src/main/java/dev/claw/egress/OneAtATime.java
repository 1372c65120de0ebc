package dev.claw.egress;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Gives one message for each read that was asked for, and asks the socket for more only when none
 * is left. Reads may be asked for while a message is being handled. That the client has said all is
 * told behind the last message.
 */
final class OneAtATime extends ChannelDuplexHandler {
  private final Queue<Object> queue = new ArrayDeque<>();
  private boolean wanted;
  private boolean giving;
  private boolean ended;

  @Override
  public void read(ChannelHandlerContext ctx) {
    wanted = true;
    give(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    queue.add(message);
    give(ctx);
  }

  private void give(ChannelHandlerContext ctx) {
    if (giving) {
      return;
    }
    giving = true;
    try {
      while (wanted && !queue.isEmpty()) {
        wanted = false;
        ctx.fireChannelRead(queue.remove());
      }
    } finally {
      giving = false;
    }
    if (wanted && !ctx.isRemoved()) {
      tellEnd(ctx);
      ctx.read();
    }
  }

  private void tellEnd(ChannelHandlerContext ctx) {
    if (ended) {
      ended = false;
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !queue.isEmpty()) {
      ended = true;
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    for (Object message = queue.poll(); message != null; message = queue.poll()) {
      ctx.fireChannelRead(message);
    }
    tellEnd(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    queue.forEach(ReferenceCountUtil::release);
    queue.clear();
    ctx.fireChannelInactive();
  }
}
