package dev.claw.supervisor.resident;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Speaks as OpenClaw 2026.9.6 does on its WebSocket, as far as approvals go: challenge, connect
 * with token, scope and capability, list, requested, resolve, resolved.
 */
final class SmallGateway implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listener;
  private final String token;
  private final InstantSource clock;
  private final Map<String, ObjectNode> pending = new LinkedHashMap<>();
  private final AtomicReference<@Nullable Channel> client = new AtomicReference<>();

  /** {@code ID DECISION}, as they came. */
  final List<String> resolutions = new CopyOnWriteArrayList<>();

  /** Connections whose greeting was accepted. */
  final List<String> greeted = new CopyOnWriteArrayList<>();

  /** Says something else than it would; an empty answer says nothing. */
  volatile BiFunction<String, String, Optional<String>> lies =
      (method, truth) -> Optional.of(truth);

  SmallGateway(Path socket, String token, InstantSource clock) {
    this.clock = clock;
    this.token = token;
    listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerDomainSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new HttpServerCodec())
                        .addLast(new HttpObjectAggregator(65_536))
                        .addLast(new WebSocketServerProtocolHandler("/"))
                        .addLast(new Session());
                  }
                })
            .bind(UnixDomainSocketAddress.of(socket))
            .syncUninterruptibly()
            .channel();
  }

  private final class Session extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof HandshakeComplete complete) {
        if (complete.requestHeaders().contains("origin")) {
          var _ = context.close();
          return;
        }
        say(
            context.channel(),
            "challenge",
            "{\"type\":\"event\",\"event\":\"connect.challenge\",\"payload\":{\"nonce\":\"n\",\"ts\":1}}");
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
      JsonNode request = parse(frame.text());
      String id = request.path("id").asText();
      JsonNode parameters = request.path("params");
      String method = request.path("method").asText();
      switch (method) {
        case "connect" -> {
          boolean good =
              parameters.at("/auth/token").asText().equals(token)
                  && parameters.at("/scopes").toString().equals("[\"operator.admin\"]")
                  && parameters.at("/caps").toString().contains("approvals")
                  && parameters.at("/client/id").asText().equals("gateway-client")
                  && parameters.at("/client/mode").asText().equals("backend")
                  && parameters.at("/minProtocol").asInt() == 4;
          if (good) {
            client.set(context.channel());
          }
          say(
              context.channel(),
              method,
              good ? ok(id, "{\"type\":\"hello-ok\"}") : error(id, "UNAUTHORIZED"));
          if (good) {
            greeted.add(id);
          }
        }
        case "exec.approval.list" -> say(context.channel(), method, ok(id, list().toString()));
        case "exec.approval.resolve" -> {
          String approval = parameters.path("id").asText();
          String decision = parameters.path("decision").asText();
          resolutions.add(approval + " " + decision);
          ObjectNode gone;
          synchronized (pending) {
            gone = pending.remove(approval);
          }
          if (gone == null) {
            say(context.channel(), method, error(id, "INVALID_REQUEST"));
          } else {
            resolved(approval, "gateway-client");
            say(context.channel(), method, ok(id, "{\"ok\":true}"));
          }
        }
        default -> say(context.channel(), method, error(id, "UNKNOWN_METHOD"));
      }
    }
  }

  private ArrayNode list() {
    ArrayNode list = JSON.createArrayNode();
    synchronized (pending) {
      pending.values().forEach(list::add);
    }
    return list;
  }

  private static String ok(String id, String payload) {
    return "{\"type\":\"res\",\"id\":\"" + id + "\",\"ok\":true,\"payload\":" + payload + "}";
  }

  private static String error(String id, String code) {
    return "{\"type\":\"res\",\"id\":\""
        + id
        + "\",\"ok\":false,\"error\":{\"code\":\""
        + code
        + "\",\"message\":\"no\"}}";
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void say(Channel channel, String method, String truth) {
    Optional<String> said = lies.apply(method, truth);
    if (said.isPresent()) {
      var _ = channel.writeAndFlush(new TextWebSocketFrame(said.get()));
    }
  }

  /** A turn asks for a command. */
  void request(String id, String command) {
    ObjectNode approval = JSON.createObjectNode().put("approvalKind", "exec").put("id", id);
    approval
        .putObject("request")
        .put("command", command)
        .put("cwd", "/workspace")
        .put("host", "gateway");
    long now = clock.instant().toEpochMilli();
    approval.put("createdAtMs", now).put("expiresAtMs", now + 86_400_000);
    synchronized (pending) {
      pending.put(id, approval);
    }
    send("{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":" + approval + "}");
  }

  /** The turn was broken off. */
  void giveUp(String id) {
    synchronized (pending) {
      pending.remove(id);
    }
    resolved(id, "approval-scope-closed");
  }

  private void resolved(String id, String by) {
    send(
        "{\"type\":\"event\",\"event\":\"exec.approval.resolved\",\"payload\":{\"id\":\""
            + id
            + "\",\"resolvedBy\":\""
            + by
            + "\"}}");
  }

  /** Anything, to whoever is connected. */
  void send(String text) {
    Channel channel = client.get();
    if (channel != null) {
      var _ = channel.writeAndFlush(new TextWebSocketFrame(text));
    }
  }

  /** Hangs up. */
  void drop() {
    Channel channel = client.getAndSet(null);
    if (channel != null) {
      channel.close().syncUninterruptibly();
    }
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
