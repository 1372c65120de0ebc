package dev.claw.egress;

import dev.claw.egress.ConnectJudge.Connected;
import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.egress.EgressRequest.Layer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection and judges it as what it is: TLS by its ClientHello,
 * HTTP request by request, all else by host and port.
 */
final class Sniffer extends ByteToMessageDecoder {
  private final Client client;
  private final ClientPipeline pipeline;
  private final Gate gate;
  private final Authority target;
  private final boolean nameUnknown;
  private final @Nullable Connected connected;
  private boolean decided;
  private boolean ended;
  private @Nullable Future<?> deadline;
  private @Nullable Future<?> silence;

  /**
   * @param target where the connection leads, by the name that stands behind the address
   * @param nameUnknown whether it leads to a bare address, so that SNI or Host say the name
   * @param connected a connection to the target, where there is one already
   */
  Sniffer(
      Client client,
      ClientPipeline pipeline,
      Authority target,
      boolean nameUnknown,
      @Nullable Connected connected) {
    this.client = client;
    this.pipeline = pipeline;
    this.gate = new Gate(client);
    this.target = target;
    this.nameUnknown = nameUnknown;
    this.connected = connected;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    EgressLimits limits = client.agent().limits();
    deadline = after(ctx, limits.head(), () -> refuse(Kind.RAW, Layer.RAW, tooLate(), target));
    if (target.port() != 80 && target.port() != 443) {
      silence = after(ctx, limits.serverFirst(), () -> serverFirst(ctx));
    }
    ctx.channel().config().setAutoRead(true);
  }

  private static Future<?> after(ChannelHandlerContext ctx, Duration time, Runnable then) {
    return ctx.executor().schedule(then, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private Denied tooLate() {
    Duration time = client.agent().limits().head();
    return new Denied(
        Reason.LIMIT, "its first bytes did not come in " + time.toSeconds() + " seconds");
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (decided || !in.isReadable()) {
      return;
    }
    if (silence != null) {
      silence.cancel(false);
    }
    switch (FirstProtocol.of(in)) {
      case UNKNOWN -> {}
      case TLS -> tls(ctx, in);
      case HTTP -> http(ctx);
      case OTHER -> {
        decide(ctx);
        raw(ctx, false);
      }
    }
  }

  private void decide(ChannelHandlerContext ctx) {
    decided = true;
    cancelTimers();
    // What follows waits outside until it is known where it goes.
    ctx.channel().config().setAutoRead(false);
  }

  private void serverFirst(ChannelHandlerContext ctx) {
    if (!decided
        && actualReadableBytes() == 0
        && gate.look(request(Layer.RAW, target)) instanceof Allowed) {
      decide(ctx);
      raw(ctx, true);
    }
  }

  private void http(ChannelHandlerContext ctx) {
    decide(ctx);
    Origin origin = new Origin(nameUnknown ? null : target.host(), target.port(), false);
    pipeline.becomeHttp(
        encoder -> {
          HttpFront front = HttpFront.captured(client, pipeline, encoder, origin);
          if (connected != null) {
            front.prepare(connected);
          }
          return front;
        });
    later(ctx, () -> ctx.pipeline().remove(this));
  }

  private void tls(ChannelHandlerContext ctx, ByteBuf in) {
    switch (ClientHello.parse(in)) {
      case ClientHello.Incomplete incomplete -> {}
      case ClientHello.Malformed malformed -> {
        decide(ctx);
        refuse(Kind.TLS, Layer.TLS, new Denied(Reason.MALFORMED_REQUEST, malformed.why()), target);
      }
      case ClientHello.Complete hello -> {
        decide(ctx);
        hello(ctx, hello);
      }
    }
  }

  private void hello(ChannelHandlerContext ctx, ClientHello.Complete hello) {
    switch (TlsTarget.of(hello, target, nameUnknown)) {
      case TlsTarget.Refused refused -> refuseName(refused.why(), target);
      case TlsTarget.Agreed agreed -> tls(ctx, hello, agreed.authority());
    }
  }

  private void tls(ChannelHandlerContext ctx, ClientHello.Complete hello, Authority to) {
    if (connected != null) {
      join(ctx, connected.channel(), false);
      return;
    }
    EgressRequest request = request(Layer.TLS, to);
    if (gate.look(request) instanceof Allowed allowed && allowed.inspect()) {
      inspect(ctx, hello, to);
    } else {
      gate.judge(Kind.TLS, request, passage -> passed(ctx, passage, Kind.TLS, request, to, false));
    }
  }

  private void inspect(ChannelHandlerContext ctx, ClientHello.Complete hello, Authority to) {
    InspectionTls inspection = client.agent().inspection();
    if (hello.encrypted()) {
      refuseName("the ClientHello is partly encrypted, and the rule looks inside TLS", to);
    } else if (inspection == null) {
      String why = "the rule looks inside TLS, and the agent has no authority for it";
      refuse(Kind.TLS, Layer.TLS, new Denied(Reason.PROTOCOL, why), to);
    } else {
      inspection.handler(
          client,
          to.host(),
          handler -> {
            if (!ctx.isRemoved() && ctx.channel().isActive()) {
              ctx.pipeline().addLast(handler);
              Origin origin = new Origin(to.host(), to.port(), true);
              pipeline.becomeHttp(encoder -> HttpFront.captured(client, pipeline, encoder, origin));
              ctx.pipeline().remove(this);
            }
          });
    }
  }

  private void raw(ChannelHandlerContext ctx, boolean silent) {
    EgressRequest request = request(Layer.RAW, target);
    if (connected != null) {
      gate.judgeAgain(
          Kind.RAW,
          request,
          connected.addresses(),
          passage -> passed(ctx, passage, Kind.RAW, request, target, silent));
    } else {
      gate.judge(
          Kind.RAW, request, passage -> passed(ctx, passage, Kind.RAW, request, target, silent));
    }
  }

  private void passed(
      ChannelHandlerContext ctx,
      Passage passage,
      Kind kind,
      EgressRequest request,
      Authority to,
      boolean silent) {
    switch (passage) {
      case Passage.Shut shut -> client.end(shut.denied().why());
      case Passage.Open open -> {
        if (ctx.isRemoved() || !ctx.channel().isActive()) {
          return;
        }
        if (connected != null) {
          join(ctx, connected.channel(), silent);
          return;
        }
        new Dialer(client)
            .dial(
                open.addresses(),
                to.port(),
                null,
                (channel, failure) -> {
                  if (channel == null) {
                    Denied denied = ConnectFailure.of(to, failure);
                    gate.unsent(kind, request, denied, shut -> client.end(denied.why()));
                  } else if (ctx.isRemoved() || !ctx.channel().isActive()) {
                    channel.close();
                  } else {
                    join(ctx, channel, silent);
                  }
                });
      }
    }
  }

  private void join(ChannelHandlerContext ctx, Channel host, boolean silent) {
    TunnelEnd.Watch late = new LateWords(denied -> refuse(Kind.RAW, Layer.RAW, denied, target));
    ctx.pipeline().addLast(silent ? TunnelEnd.to(host, late) : TunnelEnd.to(host));
    host.pipeline().addLast(TunnelEnd.to(ctx.channel()));
    later(ctx, () -> ctx.pipeline().remove(this));
  }

  private void refuseName(String why, Authority to) {
    refuse(Kind.TLS, Layer.TLS, new Denied(Reason.SERVER_NAME, why), to);
  }

  private void refuse(Kind kind, Layer layer, Denied denied, Authority to) {
    decided = true;
    cancelTimers();
    gate.deny(kind, request(layer, to), denied, shut -> client.end(denied.why()));
  }

  private EgressRequest request(Layer layer, Authority to) {
    return EgressRequest.at(layer, to.host(), to.port(), client.program());
  }

  /** A decoder must not be removed while it decodes. */
  private static void later(ChannelHandlerContext ctx, Runnable then) {
    ctx.executor().execute(then);
  }

  private void cancelTimers() {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (silence != null) {
      silence.cancel(false);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent && !decided) {
      client.end("closed before it said what it wants");
    } else if (event instanceof ChannelInputShutdownEvent) {
      ended = true;
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (ended) {
      // Behind the bytes that were read before it.
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    cancelTimers();
    if (connected != null) {
      connected.channel().close();
    }
    super.channelInactive(ctx);
  }
}
