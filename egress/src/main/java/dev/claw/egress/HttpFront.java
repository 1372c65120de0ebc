package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.RequestJudge.Verdict;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * HTTP from inside: each request is judged for itself, goes on over a connection to the host that
 * it was judged for, and is answered before the next one is looked at.
 */
final class HttpFront extends ChannelInboundHandlerAdapter
    implements ResponseRelay.Ending, HostSide.Unsent {
  private final Client client;
  private final ClientPipeline pipeline;
  private final ClientSide inside;
  private final TargetReader targets;
  private final HostSide host;
  private final RequestJudge judge;
  private final ResponseRelay relay;
  private @Nullable Exchange exchange;
  private @Nullable HttpRequest waiting;

  private HttpFront(
      Client client,
      ClientPipeline pipeline,
      ResponseEncoder encoder,
      TargetReader targets,
      boolean tls) {
    this.client = client;
    this.pipeline = pipeline;
    this.inside = new ClientSide(client, encoder);
    this.targets = targets;
    this.host = new HostSide(client, inside, tls, this);
    this.judge = new RequestJudge(client, targets, host);
    this.relay = new ResponseRelay(inside, host, pipeline, this);
  }

  /** For requests that name their host themselves. */
  static HttpFront proxy(Client client, ClientPipeline pipeline, ResponseEncoder encoder) {
    return new HttpFront(client, pipeline, encoder, TargetReader.proxy(client), false);
  }

  /** For requests on a connection that leads to one host. */
  static HttpFront captured(
      Client client, ClientPipeline pipeline, ResponseEncoder encoder, Origin origin) {
    TargetReader targets = TargetReader.captured(client, origin);
    return new HttpFront(client, pipeline, encoder, targets, origin.tls());
  }

  /** Takes over a connection that was made before it was known that HTTP follows. */
  void prepare(ConnectJudge.Connected connected) {
    host.prepare(connected);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    inside.attach(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case MalformedRequest malformed -> malformed(malformed);
      case HttpRequest request -> {
        if (exchange == null || exchange.over) {
          begin(request);
        } else {
          // Pipelined: it waits, and nothing behind it is read.
          waiting = request;
        }
      }
      case HttpContent content -> content(content);
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void malformed(MalformedRequest malformed) {
    Denied denied = new Denied(Reason.MALFORMED_REQUEST, malformed.why());
    judge.malformed(
        denied,
        () -> {
          if (exchange == null || exchange.over || !exchange.answering) {
            inside.answerMalformed(malformed.status(), targets.fallback(), denied);
          } else {
            LingeringClose.of(inside.ctx());
          }
        });
  }

  private void begin(HttpRequest request) {
    Exchange current = new Exchange(request);
    exchange = current;
    judge.judge(request, verdict -> judged(current, verdict));
  }

  private void judged(Exchange current, Verdict verdict) {
    if (current.over || !inside.isActive()) {
      verdict.drop();
      return;
    }
    switch (verdict) {
      case Verdict.Refused refused -> {
        current.keepAlive &= !refused.last();
        answer(current, refused.authority(), refused.denied());
      }
      case Verdict.Forward forward -> {
        relay.expect(current);
        host.send(current, forward.target(), forward.addresses(), relay);
      }
      case Verdict.Tunnel tunnel -> tunnel(current, tunnel);
    }
  }

  @Override
  public void unsent(Exchange current, RequestTarget.Agreed target, Denied denied) {
    judge.unsent(
        current.request, target, denied, () -> answer(current, target.authority(), denied));
  }

  private void content(HttpContent content) {
    Exchange current = exchange;
    boolean last = content instanceof LastHttpContent;
    if (waiting != null || current == null || current.over) {
      // Or the end of a pipelined request without a body: its turn has not come.
      content.release();
    } else if (current.discarding) {
      boolean tooMuch = current.discard(content.content().readableBytes());
      content.release();
      current.requestDone |= last;
      if (tooMuch) {
        inside.close();
      } else if (last) {
        answered(current);
      } else {
        inside.read();
      }
    } else if (!current.sent || host.open() == null) {
      content.release();
    } else {
      current.requestDone |= last;
      boolean more = host.send(content);
      if (last || more) {
        // Behind the end: to learn that the client goes away, and of the next request.
        inside.read();
      }
      if (last) {
        answered(current);
      }
    }
  }

  /** Where both have said all: on to the next request, or the end. */
  @Override
  public void answered(Exchange current) {
    if (!current.responseDone) {
      return;
    }
    if (!current.requestDone) {
      if (!current.discarding) {
        // The host answered before it had read all; what it has not read must not become a request.
        inside.closeAfterFlush();
      }
      return;
    }
    current.over = true;
    if (!current.keepAlive) {
      inside.closeAfterFlush();
      return;
    }
    HttpRequest next = waiting;
    if (next != null) {
      waiting = null;
      begin(next);
    } else if (current.discarding) {
      inside.read();
    }
  }

  private void answer(Exchange current, Authority authority, Denied denied) {
    if (current.over || !inside.isActive()) {
      return;
    }
    inside.answer(authority, denied, current.isHead(), current.keepAlive);
    current.answering = true;
    current.responseDone = true;
    current.discarding = true;
    if (current.requestDone) {
      answered(current);
    } else {
      inside.read();
    }
  }

  /** A second request for the rules, the budgets and the record, since it may go out twice. */
  @Override
  public void again(Exchange current) {
    judge.judge(current.request, verdict -> judged(current, verdict));
  }

  @Override
  public void failed(Exchange current, String why) {
    host.drop();
    if (current.answering) {
      inside.close();
    } else {
      current.keepAlive = false;
      answer(current, targets.fallback(), new Denied(Reason.CONNECT, why));
      if (!current.requestDone) {
        inside.closeAfterFlush();
      }
    }
  }

  private void tunnel(Exchange current, Verdict.Tunnel tunnel) {
    current.over = true;
    inside.writeHead(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, new HttpResponseStatus(200, "Connection established")),
        false);
    inside.flush();
    pipeline.becomeRaw(
        new Sniffer(client, pipeline, tunnel.authority(), false, tunnel.connected()));
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    host.reading(ctx.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      judge.untrusted(client::end);
    }
    if (event instanceof ChannelInputShutdownEvent) {
      Exchange current = exchange;
      if (current == null || current.over || !current.requestDone || current.webSocket) {
        ctx.close();
      } else {
        current.keepAlive = false;
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.over = true;
    }
    host.close();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    client.end("error: " + cause.getClass().getSimpleName());
  }
}
