package dev.claw.supervisor.resident;

import dev.claw.lock.JsonException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.resident.GatewayFrame.Incoming;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One WebSocket to an agent's gateway, from the greeting to its end. */
final class GatewayConnection extends SimpleChannelInboundHandler<WebSocketFrame> {
  /** The gateway ticks every 30 seconds. */
  private static final Duration SILENCE = Duration.ofSeconds(90);

  private static final Duration GREETING = Duration.ofSeconds(20);
  private static final int HTTP_BYTES = 8192;
  private static final URI GATEWAY = URI.create("ws://127.0.0.1:18789/");

  private final Credentials credentials;
  private final InstantSource clock;
  private final Consumer<Incoming> incoming;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private volatile @Nullable Channel channel;

  // Of the event loop alone.
  private boolean greeted;
  private boolean listed;
  // What came before the list, which the gateway may have made before it.
  private final List<Incoming> early = new ArrayList<>();

  /** What the gateway is told of us. */
  record Credentials(String token, String version) {}

  /** Why a connection ended. */
  sealed interface End {
    /** What happened, as a sentence's end. */
    String why();

    /**
     * Nobody was there.
     *
     * @param socket whether the way in itself takes no connections
     */
    record Unreachable(String why, boolean socket) implements End {}

    /** It was there and went away. */
    record Lost(String why) implements End {}

    /** It sent what no gateway sends, or would not have us. */
    record Hostile(String why) implements End {}
  }

  private GatewayConnection(
      Credentials credentials, InstantSource clock, Consumer<Incoming> incoming) {
    this.credentials = credentials;
    this.clock = clock;
    this.incoming = incoming;
  }

  /**
   * Connects, greets, and asks for what waits.
   *
   * @param incoming gets what comes from then on; called by the event loop, which it must not hold
   */
  static GatewayConnection open(
      EventLoopGroup loops,
      Path socket,
      Credentials credentials,
      InstantSource clock,
      Consumer<Incoming> incoming) {
    GatewayConnection connection = new GatewayConnection(credentials, clock, incoming);
    new Bootstrap()
        .group(loops)
        .channel(NioDomainSocketChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                connection.channel = channel;
                channel
                    .pipeline()
                    .addLast(new HttpClientCodec(HTTP_BYTES / 2, HTTP_BYTES, HTTP_BYTES))
                    .addLast(new HttpObjectAggregator(HTTP_BYTES))
                    .addLast(new FrameGate(System::nanoTime))
                    .addLast(new WebSocketClientProtocolHandler(protocol()))
                    .addLast(new WebSocketFrameAggregator(GatewayFrame.LONGEST))
                    .addLast(new IdleStateHandler(SILENCE.toSeconds(), 0, 0, TimeUnit.SECONDS))
                    .addLast(connection);
              }
            })
        .connect(UnixDomainSocketAddress.of(socket))
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                connection.end(new End.Unreachable(describe(connected.cause()), true));
              }
            });
    return connection;
  }

  private static WebSocketClientProtocolConfig protocol() {
    return WebSocketClientProtocolConfig.newBuilder()
        .webSocketUri(GATEWAY)
        .maxFramePayloadLength(GatewayFrame.LONGEST)
        // With an Origin the gateway takes us for a web page, and gives us no scope.
        .generateOriginHeader(false)
        .handshakeTimeoutMillis(GREETING.toMillis())
        .build();
  }

  /** Completed when it is over. */
  CompletableFuture<End> end() {
    return end;
  }

  /** Hands an answer over; what becomes of it comes as {@link Incoming.Answered}. */
  void resolve(String gatewayId, boolean allow) {
    send(GatewayFrame.resolve(gatewayId, allow));
  }

  private void send(String text) {
    Channel open = channel;
    if (open != null) {
      var _ = open.writeAndFlush(new TextWebSocketFrame(text));
    }
  }

  void close(End why) {
    end(why);
  }

  private void end(End why) {
    end.complete(why);
    Channel open = channel;
    if (open != null) {
      var _ = open.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    var _ =
        context
            .executor()
            .schedule(
                () -> {
                  if (!listed) {
                    end(
                        new End.Unreachable(
                            "it said nothing for " + GREETING.toSeconds() + " s", false));
                  }
                },
                GREETING.toMillis(),
                TimeUnit.MILLISECONDS);
    context.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    if (end.isDone()) {
      return;
    }
    if (!(frame instanceof TextWebSocketFrame)) {
      end(new End.Hostile("it sent a frame that is no text"));
      return;
    }
    Incoming read;
    try {
      read = GatewayFrame.read(ByteBufUtil.getBytes(frame.content()), clock.instant());
    } catch (JsonException e) {
      end(new End.Hostile("it sent what no gateway sends: " + e.getMessage()));
      return;
    }
    switch (read) {
      case Incoming.Challenge _ ->
          send(GatewayFrame.connect(credentials.token(), credentials.version()));
      case Incoming.Welcome _ -> {
        greeted = true;
        send(GatewayFrame.list());
      }
      case Incoming.Refused(String why) ->
          end(
              why.startsWith("UNAVAILABLE")
                  ? new End.Unreachable(why, false)
                  : new End.Hostile("it refused us: " + why));
      case Incoming.Other _ -> {}
      case Incoming.Pending _ -> {
        if (greeted) {
          listed = true;
          incoming.accept(read);
          early.forEach(incoming);
          early.clear();
        }
      }
      case Incoming.Requested _, Incoming.Resolved _, Incoming.Answered _ -> {
        if (listed) {
          incoming.accept(read);
        } else {
          early.add(read);
        }
      }
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    switch (event) {
      case FrameGate.Flood _ -> end(new End.Hostile("it floods"));
      case IdleStateEvent _ -> end(new End.Lost("it was silent for " + SILENCE.toSeconds() + " s"));
      default -> {}
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end(greeted ? new End.Lost("it hung up") : new End.Unreachable("nobody is there yet", false));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(
        cause instanceof IOException || cause instanceof WebSocketHandshakeException
            ? greeted ? new End.Lost(describe(cause)) : new End.Unreachable(describe(cause), false)
            : new End.Hostile("it sent what no gateway sends: " + describe(cause)));
  }

  private static String describe(Throwable cause) {
    return Quoted.visible(cause.getClass().getSimpleName() + ": " + cause.getMessage());
  }
}
