package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.egress.EgressRequest.Layer;
import dev.claw.model.InvalidValueException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * HTTP from inside: each request is judged for itself, goes on over a connection to the host that
 * it was judged for, and is answered before the next one is looked at.
 */
final class HttpFront extends ChannelInboundHandlerAdapter implements UpstreamHttp.Listener {
  private static final long MOST_DISCARDED = 8 * 1024 * 1024;

  /** One request with its answer. */
  private static final class Exchange {
    final HttpRequest request;
    boolean keepAlive;
    boolean webSocket;
    boolean requestDone;
    boolean sent;
    boolean answering;
    boolean informational;
    boolean responseDone;
    boolean discarding;
    long discarded;
    RequestTarget.@Nullable Agreed target;
    boolean repeatable;

    Exchange(HttpRequest request) {
      this.request = request;
      this.keepAlive = HttpUtil.isKeepAlive(request) && isHttp11(request);
    }

    static boolean isHttp11(HttpRequest request) {
      return request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    }
  }

  private final Client client;
  private final Gate gate;
  private final ClientPipeline pipeline;
  private final ResponseEncoder encoder;
  private final boolean proxy;
  private Origin origin;
  private @Nullable UpstreamHttp upstream;
  private @Nullable Channel prepared;
  private List<InetAddress> preparedAddresses = List.of();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;
  private @Nullable HttpRequest waiting;
  private boolean closesUpstream;

  private HttpFront(
      Client client,
      ClientPipeline pipeline,
      ResponseEncoder encoder,
      Origin origin,
      boolean proxy) {
    this.client = client;
    this.gate = new Gate(client);
    this.pipeline = pipeline;
    this.encoder = encoder;
    this.origin = origin;
    this.proxy = proxy;
  }

  /** For requests that name their host themselves. */
  static HttpFront proxy(Client client, ClientPipeline pipeline, ResponseEncoder encoder) {
    return new HttpFront(client, pipeline, encoder, new Origin(null, 80, false), true);
  }

  /** For requests on a connection that leads to one host. */
  static HttpFront captured(
      Client client, ClientPipeline pipeline, ResponseEncoder encoder, Origin origin) {
    return new HttpFront(client, pipeline, encoder, origin, false);
  }

  /** Takes over a connection that was made before it was known that HTTP follows. */
  void prepare(Channel channel, List<InetAddress> addresses) {
    prepared = channel;
    preparedAddresses = addresses;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.channel().config().setAutoRead(false);
    if (ctx.channel().isActive()) {
      ctx.read();
    }
  }

  private ChannelHandlerContext ctx() {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case MalformedRequest malformed -> malformed(malformed);
      case HttpRequest request -> {
        if (exchange == null) {
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
    gate.deny(
        Kind.HTTP,
        request(fallbackHost(), "", ""),
        denied,
        shut -> {
          if (exchange == null || !exchange.answering) {
            encoder.toHead(false);
            FullHttpResponse response =
                Denial.response(
                    malformed.status(),
                    client.agent().name(),
                    fallbackHost().host().text(),
                    fallbackHost().port(),
                    denied);
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            ctx().write(response);
          }
          LingeringClose.of(ctx());
        });
  }

  /** What stands in a record where the request itself says nothing that could be read. */
  private Authority fallbackHost() {
    HostName host = origin.host();
    return new Authority(
        host == null ? HostName.of(client.destination().getAddress()) : host,
        host == null ? client.destination().getPort() : origin.port());
  }

  private EgressRequest request(Authority authority, String method, String path) {
    return new EgressRequest(
        Layer.HTTP, authority.host(), authority.port(), method, path, client.program());
  }

  private void begin(HttpRequest request) {
    Exchange current = new Exchange(request);
    exchange = current;
    if (proxy && request.method().equals(HttpMethod.CONNECT)) {
      connect(current);
      return;
    }
    if (!proxy && origin.host() == null) {
      try {
        origin =
            new Origin(RequestTarget.hostOf(request, origin.port()).host(), origin.port(), false);
      } catch (InvalidValueException e) {
        refuse(current, fallbackHost(), Reason.HOST_HEADER, e.getMessage());
        return;
      }
    }
    RequestTarget target =
        proxy ? RequestTarget.ofProxied(request) : RequestTarget.ofCaptured(request, origin);
    switch (target) {
      case RequestTarget.Refused refused ->
          refuse(current, fallbackHost(), refused.reason(), refused.why());
      case RequestTarget.Agreed agreed -> {
        Optional<String> override = HeaderRules.override(request.headers());
        if (request.method().equals(HttpMethod.CONNECT)) {
          refuse(current, agreed.authority(), Reason.MALFORMED_REQUEST, "CONNECT is for a proxy");
        } else if (override.isPresent()) {
          String why = "the header " + override.get() + " may make another request of it";
          refuse(current, agreed.authority(), Reason.MALFORMED_REQUEST, why);
        } else {
          judge(current, agreed);
        }
      }
    }
  }

  private void judge(Exchange current, RequestTarget.Agreed target) {
    EgressRequest asked =
        request(target.authority(), current.request.method().name(), target.path());
    UpstreamHttp open = upstream;
    if (open != null && open.leadsTo(target.authority())) {
      gate.judgeAgain(Kind.HTTP, asked, open.addresses(), p -> passed(current, target, p));
    } else if (prepared != null) {
      gate.judgeAgain(Kind.HTTP, asked, preparedAddresses, p -> passed(current, target, p));
    } else {
      gate.judge(Kind.HTTP, asked, passage -> passed(current, target, passage));
    }
  }

  private void passed(Exchange current, RequestTarget.Agreed target, Passage passage) {
    if (exchange != current || !ctx().channel().isActive()) {
      return;
    }
    switch (passage) {
      case Passage.Shut shut -> answer(current, target.authority(), shut.denied());
      case Passage.Open open -> {
        UpstreamHttp known = upstream;
        if (known != null && known.leadsTo(target.authority())) {
          send(current, target, known);
        } else if (prepared != null) {
          Channel channel = prepared;
          prepared = null;
          send(current, target, attach(channel, target.authority(), open.addresses()));
        } else {
          dial(current, target, open.addresses());
        }
      }
    }
  }

  private void dial(Exchange current, RequestTarget.Agreed target, List<InetAddress> addresses) {
    dropUpstream();
    HostName tlsHost = origin.tls() ? target.authority().host() : null;
    new Dialer(client)
        .dial(
            addresses,
            target.authority().port(),
            tlsHost,
            (channel, failure) -> {
              if (exchange != current || !ctx().channel().isActive()) {
                if (channel != null) {
                  channel.close();
                }
              } else if (channel == null) {
                Denied denied = ConnectFailure.of(target.authority(), failure);
                gate.deny(
                    Kind.HTTP,
                    request(target.authority(), current.request.method().name(), target.path()),
                    denied,
                    shut -> answer(current, target.authority(), denied));
              } else {
                send(current, target, attach(channel, target.authority(), addresses));
              }
            });
  }

  private UpstreamHttp attach(Channel channel, Authority authority, List<InetAddress> addresses) {
    dropUpstream();
    UpstreamHttp attached = new UpstreamHttp(channel, authority, addresses, this);
    upstream = attached;
    return attached;
  }

  private void send(Exchange current, RequestTarget.Agreed target, UpstreamHttp to) {
    HttpRequest request = current.request;
    current.target = target;
    // A host may close an idle connection just as a request goes out on it (RFC 9112, 9.3.1).
    current.repeatable = to.used() && !hasBody(request) && !current.repeatable;
    current.webSocket |= HeaderRules.asksForWebSocket(request);
    DefaultHttpRequest out =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1, request.method(), target.path(), request.headers());
    HeaderRules.strip(out.headers());
    int defaultPort = origin.tls() ? 443 : 80;
    out.headers().set(HttpHeaderNames.HOST, target.authority().text(defaultPort));
    if (current.webSocket) {
      out.headers()
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
    current.sent = true;
    to.channel().writeAndFlush(out);
    if (current.requestDone) {
      to.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    } else {
      ctx().read();
    }
  }

  private static boolean hasBody(HttpRequest request) {
    return HttpUtil.isContentLengthSet(request) || HttpUtil.isTransferEncodingChunked(request);
  }

  private void content(HttpContent content) {
    Exchange current = exchange;
    UpstreamHttp to = upstream;
    boolean last = content instanceof LastHttpContent;
    if (waiting != null) {
      // The end of a pipelined request without a body: its turn has not come.
      content.release();
    } else if (current == null) {
      content.release();
    } else if (current.discarding) {
      current.discarded += content.content().readableBytes();
      content.release();
      current.requestDone |= last;
      if (current.discarded > MOST_DISCARDED) {
        ctx().close();
      } else if (last) {
        finish(current);
      } else {
        ctx().read();
      }
    } else if (!current.sent || to == null) {
      content.release();
    } else {
      current.requestDone |= last;
      to.channel().writeAndFlush(content);
      if (last) {
        // To learn that the client goes away, and of the next request.
        ctx().read();
        finish(current);
      } else if (to.channel().isWritable()) {
        ctx().read();
      }
    }
  }

  @Override
  public void onWritable() {
    if (exchange != null && exchange.sent && !exchange.requestDone) {
      ctx().read();
    }
  }

  @Override
  public void onResponse(HttpResponse response) {
    Exchange current = exchange;
    if (current == null || !current.sent || current.responseDone) {
      // Nobody asked: what comes unasked could pass for the answer to the next request.
      dropUpstream();
      return;
    }
    if (response.decoderResult().isFailure()) {
      upstreamFailed(current, "the host's answer is no HTTP");
      return;
    }
    int status = response.status().code();
    current.informational = status < 200 && status != 101;
    if (status == 101) {
      if (current.webSocket) {
        becomeWebSocket(response);
      } else {
        upstreamFailed(current, "the host changed the protocol unasked");
      }
      return;
    }
    boolean upstreamKeepsAlive = HttpUtil.isKeepAlive(response);
    HeaderRules.strip(response.headers());
    boolean head = current.request.method().equals(HttpMethod.HEAD);
    if (!current.informational) {
      current.answering = true;
      boolean open =
          !head
              && status != 204
              && status != 304
              && !HttpUtil.isContentLengthSet(response)
              && !HttpUtil.isTransferEncodingChunked(response);
      if (HttpUtil.isTransferEncodingChunked(response) || open) {
        response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
        if (Exchange.isHttp11(current.request)) {
          HttpUtil.setTransferEncodingChunked(response, true);
        } else {
          current.keepAlive = false;
        }
      }
      current.keepAlive &= upstreamKeepsAlive || !open;
      if (!current.keepAlive) {
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      }
      if (!upstreamKeepsAlive && upstream != null) {
        upstream.channel().config().setAutoRead(true);
      }
    }
    response.setProtocolVersion(HttpVersion.HTTP_1_1);
    encoder.toHead(head);
    ctx().write(response);
    closesUpstream = !upstreamKeepsAlive;
  }

  @Override
  public void onContent(HttpContent content) {
    Exchange current = exchange;
    if (current == null || !(current.answering || current.informational)) {
      content.release();
      return;
    }
    if (content.decoderResult().isFailure()) {
      content.release();
      ctx().close();
      return;
    }
    boolean last = content instanceof LastHttpContent;
    ctx().write(content);
    if (last && current.informational) {
      current.informational = false;
      ctx().flush();
    } else if (last) {
      current.responseDone = true;
      ctx().flush();
      if (closesUpstream) {
        dropUpstream();
      } else if (upstream != null) {
        upstream.markUsed();
      }
      finish(current);
    } else if (!ctx().channel().isWritable()) {
      ctx().flush();
      readUpstream(ctx().channel().isWritable());
    }
  }

  @Override
  public void onReadComplete() {
    ctx().flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    readUpstream(ctx.channel().isWritable());
  }

  private void readUpstream(boolean read) {
    if (upstream != null) {
      upstream.channel().config().setAutoRead(read);
    }
  }

  private void becomeWebSocket(HttpResponse response) {
    UpstreamHttp from = upstream;
    if (from == null) {
      return;
    }
    HeaderRules.strip(response.headers());
    response
        .headers()
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    encoder.toHead(false);
    upstream = null;
    exchange = null;
    ctx().write(response);
    ctx().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    Channel channel = ctx().channel();
    pipeline.becomeRaw(TunnelEnd.to(from.channel()));
    from.becomeRaw(TunnelEnd.to(channel));
  }

  /** Both have said all: on to the next request, or the end. */
  private void finish(Exchange current) {
    if (!current.responseDone) {
      return;
    }
    if (!current.requestDone) {
      if (!current.discarding) {
        // The host answered before it had read all; what it has not read must not become a request.
        closeAfterFlush();
      }
      return;
    }
    exchange = null;
    if (!current.keepAlive) {
      closeAfterFlush();
      return;
    }
    HttpRequest next = waiting;
    if (next != null) {
      waiting = null;
      begin(next);
    } else if (current.discarding) {
      ctx().read();
    }
  }

  private void refuse(Exchange current, Authority authority, Reason reason, String why) {
    Denied denied = new Denied(reason, why);
    gate.deny(
        Kind.HTTP,
        request(authority, current.request.method().name(), current.request.uri()),
        denied,
        shut -> answer(current, authority, denied));
  }

  private void answer(Exchange current, Authority authority, Denied denied) {
    if (exchange != current || !ctx().channel().isActive()) {
      return;
    }
    FullHttpResponse response =
        Denial.response(client.agent().name(), authority.host().text(), authority.port(), denied);
    if (!current.keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    encoder.toHead(current.request.method().equals(HttpMethod.HEAD));
    ctx().writeAndFlush(response);
    current.answering = true;
    current.responseDone = true;
    current.discarding = true;
    ctx().read();
  }

  private void upstreamFailed(Exchange current, String why) {
    dropUpstream();
    if (current.answering) {
      ctx().close();
    } else {
      current.keepAlive = false;
      answer(current, fallbackHost(), new Denied(Reason.CONNECT, why));
      if (!current.requestDone) {
        closeAfterFlush();
      } else {
        finish(current);
      }
    }
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    Exchange current = exchange;
    UpstreamHttp gone = upstream;
    upstream = null;
    if (current == null || !current.sent || current.responseDone) {
      return;
    }
    if (gone != null && current.repeatable && !current.answering && current.target != null) {
      dial(current, current.target, gone.addresses());
      return;
    }
    upstreamFailed(current, "the host closed the connection before it had answered");
  }

  private void connect(Exchange current) {
    Authority authority;
    try {
      authority = Authority.parse(current.request.uri(), 0);
    } catch (InvalidValueException e) {
      current.keepAlive = false;
      refuse(current, fallbackHost(), Reason.MALFORMED_HOST, e.getMessage());
      return;
    }
    new ConnectJudge(client, gate)
        .judge(
            authority,
            outcome -> {
              if (exchange != current || !ctx().channel().isActive()) {
                outcome.drop();
              } else if (outcome.denied() != null) {
                // Behind a refused CONNECT may stand anything but a request.
                current.keepAlive = false;
                answer(current, authority, outcome.denied());
              } else {
                exchange = null;
                encoder.toHead(false);
                ctx()
                    .writeAndFlush(
                        new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            new HttpResponseStatus(200, "Connection established")));
                pipeline.becomeRaw(
                    new Sniffer(client, pipeline, authority, false, outcome.connected()));
              }
            });
  }

  private void dropUpstream() {
    UpstreamHttp open = upstream;
    upstream = null;
    if (open != null) {
      open.drop();
    }
  }

  private void closeAfterFlush() {
    ChannelFuture flushed = ctx().writeAndFlush(Unpooled.EMPTY_BUFFER);
    flushed.addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      Denied denied =
          new Denied(
              Reason.CERTIFICATE,
              "the program did not take a certificate of the agent's authority; it may pin the"
                  + " host's own");
      gate.deny(Kind.TLS, request(fallbackHost(), "", ""), denied, s -> client.end(denied.why()));
    }
    if (event instanceof ChannelInputShutdownEvent) {
      Exchange current = exchange;
      if (current == null || !current.requestDone || current.webSocket) {
        ctx.close();
      } else {
        current.keepAlive = false;
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    exchange = null;
    dropUpstream();
    if (prepared != null) {
      prepared.close();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    client.end("error: " + cause.getClass().getSimpleName());
  }
}
