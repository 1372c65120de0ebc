package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** How a front that speaks HTTP reads from its client and answers it. */
final class ClientSide {
  private final Client client;
  private final ResponseEncoder encoder;
  private @Nullable ChannelHandlerContext context;

  ClientSide(Client client, ResponseEncoder encoder) {
    this.client = client;
    this.encoder = encoder;
  }

  /** From now on messages come one by one, as they are asked for; the first one is. */
  void attach(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.channel().config().setAutoRead(false);
    if (ctx.channel().isActive()) {
      ctx.read();
    }
  }

  ChannelHandlerContext ctx() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return ctx;
  }

  boolean isActive() {
    return ctx().channel().isActive();
  }

  /** Asks for the next message. */
  void read() {
    ctx().read();
  }

  void writeHead(HttpResponse response, boolean toHead) {
    encoder.toHead(toHead);
    ctx().write(response);
  }

  void flush() {
    ctx().flush();
  }

  /** Passes a part of a host's answer on; the host is read only as fast as the client takes it. */
  void pass(HttpContent content, @Nullable UpstreamHttp from) {
    ctx().write(content);
    if (!ctx().channel().isWritable()) {
      ctx().flush();
      if (from != null) {
        from.reading(ctx().channel().isWritable());
      }
    }
  }

  /** Says in place of an answer why there is none. */
  void answer(Authority authority, Denied denied, boolean toHead, boolean keepAlive) {
    writeDenial(Denial.status(denied.reason()), authority, denied, toHead, keepAlive);
    flush();
  }

  /** Answers what is no request, and closes. */
  void answerMalformed(int status, Authority authority, Denied denied) {
    writeDenial(status, authority, denied, false, false);
    LingeringClose.of(ctx());
  }

  private void writeDenial(
      int status, Authority authority, Denied denied, boolean toHead, boolean keepAlive) {
    FullHttpResponse response =
        Denial.response(
            status, client.agent().name(), authority.host().text(), authority.port(), denied);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    writeHead(response, toHead);
  }

  void closeAfterFlush() {
    ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  void close() {
    ctx().close();
  }
}
