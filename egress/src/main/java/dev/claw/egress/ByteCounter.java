package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.IdleStateEvent;

/** Counts what a client sends and gets, puts its end on record, and ends it when nothing moves. */
final class ByteCounter extends ChannelDuplexHandler {
  private final Client client;

  ByteCounter(Client client) {
    this.client = client;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      client.count(bytes.readableBytes(), 0);
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      client.count(0, bytes.readableBytes());
    }
    ctx.write(message, promise);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent) {
      client.end("idle");
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    EgressEvent.Closed closed = client.closed();
    if (closed != null) {
      // Nobody waits for it: what it tells has happened.
      var _ = client.agent().environment().log().record(closed, Runnable::run);
    }
    ctx.fireChannelInactive();
    // After who serves it has put on record how that ended.
    client.agent().ended(client);
  }
}
