package dev.claw.egress;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.egress.EgressRequest.Layer;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The model broker: takes calls of models that the policy names, adds the provider's key and passes
 * the answer on as it comes. What was said goes on record only where the operator asks for it.
 */
final class BrokerFront extends ChannelInboundHandlerAdapter implements ProviderRelay.Ending {
  private final Client client;
  private final Gate gate;
  private final ClientSide inside;
  private final ProviderRelay relay;
  private @Nullable RunningCall running;

  BrokerFront(Client client, ResponseEncoder encoder) {
    this.client = client;
    this.gate = new Gate(client);
    this.inside = new ClientSide(client, encoder);
    this.relay = new ProviderRelay(client, inside, this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    inside.attach(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case MalformedRequest malformed -> {
        Denied denied = new Denied(Reason.MALFORMED_REQUEST, malformed.why());
        Authority authority = authority(running == null ? null : running.call());
        gate.deny(
            Kind.MODEL,
            request(null, ""),
            denied,
            shut -> inside.answerMalformed(malformed.status(), authority, denied));
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
    RunningCall current = new RunningCall(request, client, inside.ctx().alloc());
    running = current;
    if (current.readHead(client.agent().models()) && HttpUtil.is100ContinueExpected(request)) {
      inside
          .ctx()
          .writeAndFlush(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
    inside.read();
  }

  private void content(HttpContent content) {
    RunningCall current = running;
    boolean last = content instanceof LastHttpContent;
    if (current != null) {
      current.take(content.content());
    }
    content.release();
    if (current != null && last) {
      complete(current);
    } else if (current != null) {
      inside.read();
    }
  }

  private void complete(RunningCall current) {
    ModelCall call = current.call();
    Denied denied = current.judge();
    if (denied == null) {
      denied = current.begin();
    }
    if (denied == null) {
      denied = budget();
    }
    if (denied != null || call == null) {
      Denied why = denied == null ? new Denied(Reason.MODEL, "no call of a model") : denied;
      gate.deny(Kind.MODEL, request(call, current.request.method().name()), why, s -> failed(why));
      return;
    }
    client.admit(() -> stillNamed(call, current.model()));
    EgressRequest asked = request(call, current.request.method().name());
    gate.lookUp(
        call.authority().host(),
        addresses -> found(current, call, asked, addresses),
        unknown -> gate.deny(Kind.MODEL, asked, unknown, shut -> failed(unknown)));
  }

  private @Nullable Denied budget() {
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

  private void found(
      RunningCall current, ModelCall call, EgressRequest asked, List<InetAddress> addresses) {
    String rule = "model " + call.provider().id() + "/" + current.model();
    Passage.Open open = new Passage.Open(new Allowed(rule, "", false, ""), addresses);
    gate.recordOpen(
        Kind.MODEL,
        asked,
        open,
        passage -> {
          switch (passage) {
            case Passage.Shut shut -> failed(shut.denied());
            case Passage.Open opened -> findKey(current, call, addresses);
          }
        });
  }

  private void findKey(RunningCall current, ModelCall call, List<InetAddress> addresses) {
    String secret = call.provider().secret();
    CompletionStage<Optional<String>> found;
    try {
      found =
          secret.isEmpty()
              ? CompletableFuture.completedFuture(Optional.of(""))
              : client
                  .agent()
                  .keyCalls()
                  .take(client.channel(), () -> client.agent().environment().keys().find(secret));
    } catch (RuntimeException e) {
      found = CompletableFuture.failedFuture(e);
    }
    found.whenComplete(
        (key, failure) ->
            inside
                .ctx()
                .executor()
                .execute(
                    () -> {
                      if (failure != null || key.isEmpty()) {
                        String why = "claw has no key '" + secret + "' for the provider";
                        unsent(
                            current, new Denied(Reason.MODEL, why + "; claw secret set " + secret));
                      } else if (!current.over && inside.isActive()) {
                        relay.dial(current, call, addresses, key.get());
                      }
                    }));
  }

  @Override
  public void answered(RunningCall current) {
    ended(current);
    relay.drop();
    if (!current.keepAlive()) {
      inside.closeAfterFlush();
    }
  }

  private void ended(RunningCall current) {
    running = null;
    current.end();
  }

  @Override
  public void unsent(RunningCall current, Denied denied) {
    gate.unsent(
        Kind.MODEL,
        request(current.call(), current.request.method().name()),
        denied,
        shut -> {
          if (!current.over) {
            failed(denied);
          }
        });
  }

  @Override
  public void failed(Denied denied) {
    RunningCall current = running;
    if (!inside.isActive()) {
      return;
    }
    if (current != null && current.answered) {
      inside.close();
      return;
    }
    boolean keepAlive = current != null && current.keepAlive();
    inside.answer(authority(current == null ? null : current.call()), denied, false, keepAlive);
    if (current != null) {
      ended(current);
    }
    if (keepAlive) {
      inside.read();
    } else {
      inside.closeAfterFlush();
    }
  }

  private Authority authority(@Nullable ModelCall call) {
    return call == null
        ? new Authority(
            HostName.of(client.destination().getAddress()), client.destination().getPort())
        : call.authority();
  }

  private EgressRequest request(@Nullable ModelCall call, String method) {
    Authority authority = authority(call);
    String path = call == null ? "" : call.target();
    return new EgressRequest(
        Layer.HTTP, authority.host(), authority.port(), method, path, client.program());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    relay.reading(ctx.channel().isWritable());
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
    relay.drop();
    RunningCall current = running;
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
