package dev.claw.egress;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.egress.EgressRequest.Layer;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The model broker: takes calls of models that the policy names, adds the provider's key and passes
 * the answer on as it comes. What was said is never kept or recorded.
 */
final class BrokerFront extends ChannelInboundHandlerAdapter implements UpstreamHttp.Listener {
  /** One call with what is known of it so far. */
  private static final class Running {
    final HttpRequest request;
    final Instant started;
    final CompositeByteBuf body;
    final ModelName name = new ModelName();
    @Nullable ModelCall call;
    String model = "";
    @Nullable Denied denied;
    boolean sent;
    boolean answered;
    int status;
    long bytesIn;
    @Nullable TokenUsage usage;

    Running(HttpRequest request, Instant started, CompositeByteBuf body) {
      this.request = request;
      this.started = started;
      this.body = body;
    }
  }

  private final Client client;
  private final Gate gate;
  private final ResponseEncoder encoder;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Running running;
  private @Nullable UpstreamHttp upstream;

  BrokerFront(Client client, ResponseEncoder encoder) {
    this.client = client;
    this.gate = new Gate(client);
    this.encoder = encoder;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.channel().config().setAutoRead(false);
    ctx.read();
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
      case MalformedRequest malformed -> {
        Denied denied = new Denied(Reason.MALFORMED_REQUEST, malformed.why());
        gate.deny(Kind.MODEL, request(null, ""), denied, s -> answerMalformed(malformed, denied));
      }
      case HttpRequest request -> begin(request);
      case HttpContent content -> content(content);
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void begin(HttpRequest request) {
    if (running != null) {
      client.end("a second call before the first was answered");
      return;
    }
    Running current =
        new Running(request, client.agent().now(), ctx().alloc().compositeBuffer(1024));
    running = current;
    try {
      current.call = ModelCall.parse(request, client.agent().models());
      if (HttpUtil.is100ContinueExpected(request)) {
        ctx()
            .writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
      }
    } catch (InvalidValueException e) {
      current.denied = new Denied(Reason.MODEL, e.getMessage());
    }
    ctx().read();
  }

  private void content(HttpContent content) {
    Running current = running;
    if (current == null) {
      content.release();
      return;
    }
    if (current.denied == null) {
      take(current, content.content());
    }
    boolean last = content instanceof LastHttpContent;
    content.release();
    if (last) {
      complete(current);
    } else {
      ctx().read();
    }
  }

  private void take(Running current, ByteBuf bytes) {
    int most = client.agent().limits().modelRequestBytes();
    if (current.body.readableBytes() + bytes.readableBytes() > most) {
      current.denied = new Denied(Reason.LIMIT, "the call is longer than " + most + " bytes");
      return;
    }
    try {
      current.name.feed(ByteBufUtil.getBytes(bytes));
      current.body.addComponent(true, bytes.retain());
    } catch (InvalidValueException e) {
      current.denied = new Denied(Reason.MODEL, e.getMessage());
    }
  }

  private void complete(Running current) {
    ModelCall call = current.call;
    Denied denied = current.denied;
    if (denied == null && call != null) {
      denied = judge(current, call);
    }
    if (denied != null || call == null) {
      Denied why = denied == null ? new Denied(Reason.MODEL, "no call of a model") : denied;
      gate.deny(Kind.MODEL, request(call, current.request.method().name()), why, s -> answer(why));
      return;
    }
    client.admit(() -> stillNamed(call, current.model));
    gate.lookUp(call.authority().host(), addresses -> found(current, call, addresses));
  }

  private @Nullable Denied judge(Running current, ModelCall call) {
    try {
      String named = current.name.end();
      current.model = call.modelInPath().isEmpty() ? named : call.modelInPath();
    } catch (InvalidValueException e) {
      return new Denied(Reason.MODEL, e.getMessage());
    }
    if (!call.hasModel(current.model)) {
      return new Denied(
          Reason.MODEL,
          "the policy names no model "
              + Quoted.of(current.model)
              + " of the provider "
              + call.provider().id());
    }
    Instant now = client.agent().now();
    Optional<String> used =
        client.agent().budget().checkTokens(now).or(() -> client.agent().budget().takeRequest(now));
    return used.map(why -> new Denied(Reason.BUDGET, why)).orElse(null);
  }

  private boolean stillNamed(ModelCall call, String model) {
    return client.agent().models().providers().stream()
        .anyMatch(
            p ->
                p.id().equals(call.provider().id())
                    && p.baseUrl().equals(call.provider().baseUrl())
                    && p.models().stream().anyMatch(m -> m.id().equals(model)));
  }

  private void found(Running current, ModelCall call, List<InetAddress> addresses) {
    EgressRequest asked = request(call, current.request.method().name());
    if (addresses.isEmpty()) {
      Denied denied =
          new Denied(Reason.LOOKUP, "the name " + call.authority().host() + " was not found");
      gate.deny(Kind.MODEL, asked, denied, shut -> answer(denied));
      return;
    }
    String rule = "model " + call.provider().id() + "/" + current.model;
    Passage.Open open = new Passage.Open(new Allowed(rule, "", false, ""), addresses);
    gate.recordOpen(
        Kind.MODEL,
        asked,
        open,
        passage -> {
          switch (passage) {
            case Passage.Shut shut -> answer(shut.denied());
            case Passage.Open opened -> findKey(current, call, addresses);
          }
        });
  }

  private void findKey(Running current, ModelCall call, List<InetAddress> addresses) {
    String secret = call.provider().secret();
    CompletionStage<Optional<String>> found;
    try {
      found =
          secret.isEmpty()
              ? CompletableFuture.completedFuture(Optional.of(""))
              : client.agent().environment().keys().find(secret);
    } catch (RuntimeException e) {
      found = CompletableFuture.failedFuture(e);
    }
    found.whenComplete(
        (key, failure) ->
            ctx()
                .executor()
                .execute(
                    () -> {
                      if (failure != null || key.isEmpty()) {
                        String why = "claw has no key '" + secret + "' for the provider";
                        answer(new Denied(Reason.MODEL, why + "; claw secret set " + secret));
                      } else {
                        dial(current, call, addresses, key.get());
                      }
                    }));
  }

  private void dial(Running current, ModelCall call, List<InetAddress> addresses, String key) {
    if (running != current || !ctx().channel().isActive()) {
      return;
    }
    new Dialer(client)
        .dial(
            addresses.subList(0, Math.min(4, addresses.size())),
            call.authority().port(),
            call.tls() ? call.authority().host() : null,
            (channel, failure) -> {
              if (running != current || !ctx().channel().isActive()) {
                if (channel != null) {
                  channel.close();
                }
              } else if (channel == null) {
                answer(ConnectFailure.of(call.authority(), failure));
              } else {
                send(current, call, channel, addresses, key);
              }
            });
  }

  private void send(
      Running current, ModelCall call, Channel channel, List<InetAddress> addresses, String key) {
    UpstreamHttp opened = new UpstreamHttp(channel, call.authority(), addresses, this);
    upstream = opened;
    DefaultFullHttpRequest out =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            current.request.method(),
            call.target(),
            current.body.retain(),
            current.request.headers().copy(),
            EmptyHttpHeaders.INSTANCE);
    HeaderRules.strip(out.headers());
    ModelApi.CREDENTIALS.forEach(out.headers()::remove);
    out.headers()
        .remove(HttpHeaderNames.EXPECT)
        .remove(HttpHeaderNames.TRANSFER_ENCODING)
        .set(HttpHeaderNames.CONTENT_LENGTH, current.body.readableBytes())
        .set(HttpHeaderNames.HOST, call.authority().text(call.tls() ? 443 : 80))
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
        // Only what is not compressed tells its token counts.
        .set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
    if (!key.isEmpty()) {
      call.api().showKey(out.headers(), key);
    }
    current.sent = true;
    channel.writeAndFlush(out);
    // To learn that the client goes away.
    ctx().read();
  }

  @Override
  public void onResponse(HttpResponse response) {
    Running current = running;
    if (current == null || response.decoderResult().isFailure()) {
      dropUpstream();
      answer(new Denied(Reason.CONNECT, "the provider's answer is no HTTP"));
      return;
    }
    int status = response.status().code();
    if (status < 200) {
      return;
    }
    current.answered = true;
    current.status = status;
    current.usage = new TokenUsage(response.headers().get(HttpHeaderNames.CONTENT_TYPE, ""));
    HeaderRules.strip(response.headers());
    response.headers().remove(HttpHeaderNames.SET_COOKIE);
    if (!HttpUtil.isContentLengthSet(response)) {
      HttpUtil.setTransferEncodingChunked(response, HttpUtil.isKeepAlive(current.request));
    }
    if (!HttpUtil.isKeepAlive(current.request)) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    encoder.toHead(false);
    ctx().write(response);
  }

  @Override
  public void onContent(HttpContent content) {
    Running current = running;
    if (current == null || !current.answered) {
      content.release();
      return;
    }
    if (content.decoderResult().isFailure()) {
      content.release();
      client.end("the provider's answer broke off");
      return;
    }
    TokenUsage usage = current.usage;
    current.bytesIn += content.content().readableBytes();
    if (usage != null) {
      usage.feed(ByteBufUtil.getBytes(content.content()));
    }
    boolean last = content instanceof LastHttpContent;
    ctx().write(content);
    if (last) {
      boolean keepAlive = HttpUtil.isKeepAlive(current.request);
      ctx().flush();
      ended(current);
      dropUpstream();
      if (!keepAlive) {
        closeAfterFlush();
      }
    } else if (!ctx().channel().isWritable()) {
      ctx().flush();
      readUpstream(ctx().channel().isWritable());
    }
  }

  /** The call is over, well or not: it goes on record. */
  private void ended(Running current) {
    running = null;
    current.body.release();
    ModelCall call = current.call;
    if (!current.sent || call == null) {
      return;
    }
    TokenUsage usage = current.usage;
    if (usage != null) {
      usage.end();
    }
    long in = usage == null ? -1 : usage.input();
    long out = usage == null ? -1 : usage.output();
    long bytesOut = current.body.writerIndex();
    Instant now = client.agent().now();
    // Four bytes a token are what providers come to on the average.
    long counted =
        (in >= 0 ? in : bytesOut / 4)
            + (out >= 0 ? out : current.status == 200 ? current.bytesIn / 4 : 0);
    client.agent().budget().countTokens(counted, now);
    var _ =
        client
            .agent()
            .environment()
            .log()
            .record(
                new EgressEvent.ModelCalled(
                    client.agent().name(),
                    now,
                    client.id(),
                    call.provider().id(),
                    current.model,
                    current.status,
                    Duration.between(current.started, now),
                    bytesOut,
                    current.bytesIn,
                    in,
                    out));
  }

  private EgressRequest request(@Nullable ModelCall call, String method) {
    Authority authority =
        call == null
            ? new Authority(
                HostName.of(client.destination().getAddress()), client.destination().getPort())
            : call.authority();
    return new EgressRequest(
        Layer.HTTP,
        authority.host(),
        authority.port(),
        method,
        call == null ? "" : call.target(),
        client.program());
  }

  private void answer(Denied denied) {
    Running current = running;
    if (!ctx().channel().isActive()) {
      return;
    }
    if (current != null && current.answered) {
      ctx().close();
      return;
    }
    boolean keepAlive = current != null && HttpUtil.isKeepAlive(current.request);
    ctx().writeAndFlush(response(current, Denial.status(denied.reason()), denied, keepAlive));
    if (current != null) {
      ended(current);
    }
    if (keepAlive) {
      ctx().read();
    } else {
      closeAfterFlush();
    }
  }

  private void answerMalformed(MalformedRequest malformed, Denied denied) {
    ctx().write(response(running, malformed.status(), denied, false));
    LingeringClose.of(ctx());
  }

  private FullHttpResponse response(
      @Nullable Running current, int status, Denied denied, boolean keepAlive) {
    ModelCall call = current == null ? null : current.call;
    EgressRequest asked = request(call, "");
    FullHttpResponse response =
        Denial.response(status, client.agent().name(), asked.host().text(), asked.port(), denied);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    encoder.toHead(false);
    return response;
  }

  @Override
  public void onReadComplete() {
    ctx().flush();
  }

  @Override
  public void onWritable() {}

  @Override
  public void onClosed(@Nullable Throwable cause) {
    upstream = null;
    if (running != null) {
      answer(new Denied(Reason.CONNECT, "the provider closed the connection before it answered"));
    }
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

  private void dropUpstream() {
    UpstreamHttp open = upstream;
    upstream = null;
    if (open != null) {
      open.drop();
    }
  }

  private void closeAfterFlush() {
    ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      client.end("closed by the agent");
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    dropUpstream();
    Running current = running;
    if (current != null) {
      ended(current);
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    client.end("error: " + cause.getClass().getSimpleName());
  }
}
