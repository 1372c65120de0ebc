package dev.claw.egress;

import dev.claw.model.AgentName;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.ModelPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** A proxy on a real Unix socket, with names and addresses that lead to hosts on loopback. */
final class Harness implements AutoCloseable {
  static final AgentName AGENT = new AgentName("coder");
  static final EgressLimits LIMITS =
      new EgressLimits(
          64,
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMillis(100),
          32 * 1024,
          8 * 1024,
          1024 * 1024,
          100);

  static final DecisionLog.Recording RECORDED =
      DecisionLog.Recording.at(CompletableFuture.completedFuture(null));

  final List<EgressEvent> events = new CopyOnWriteArrayList<>();
  final List<String> lookedUp = new CopyOnWriteArrayList<>();
  final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
  final Map<String, InetSocketAddress> routes = new ConcurrentHashMap<>();
  final Map<String, String> keys = new ConcurrentHashMap<>();
  final AgentAuthority authority;
  final AgentEgress egress;
  volatile Instant now = Instant.parse("2026-11-21T10:00:00Z");
  volatile Function<EgressEvent, DecisionLog.Recording> log = event -> RECORDED;
  volatile CompletableFuture<Void> lookUps = CompletableFuture.completedFuture(null);
  volatile Optional<EgressRule.Program> program = Optional.empty();
  private final ExecutorService blocking = Executors.newCachedThreadPool();
  private final EgressProxy proxy;
  private final List<AgentEgress> others = new CopyOnWriteArrayList<>();
  private final Path folder;

  Harness(EgressPolicy policy) {
    this(policy, new ModelPolicy("", List.of()), LIMITS, null);
  }

  Harness(
      EgressPolicy policy,
      ModelPolicy models,
      EgressLimits limits,
      @Nullable X509TrustManager trust) {
    try {
      folder = Files.createTempDirectory("egress");
      authority = AgentAuthority.create(AGENT, Instant.now(), new SecureRandom());
      EgressEnvironment environment =
          new EgressEnvironment(
              (event, thread) -> {
                DecisionLog.Recording recording = log.apply(event);
                events.add(event);
                return recording;
              },
              name -> {
                lookedUp.add(name);
                return lookUps.thenApply(now -> names.getOrDefault(name, List.of()));
              },
              (address, port) ->
                  routes.getOrDefault(
                      address.getHostAddress() + ":" + port,
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)),
              (agent, port, destination) -> CompletableFuture.completedFuture(program),
              secret -> CompletableFuture.completedFuture(Optional.ofNullable(keys.get(secret))),
              () -> now,
              blocking,
              trust,
              EgressEnvironment.DNS_SERVER);
      proxy = new EgressProxy(environment, limits);
      egress =
          proxy.open(
              AGENT,
              folder.resolve("coder.sock"),
              new AgentRules(policy, models, List.of()),
              EgressUsage.NONE,
              authority);
    } catch (IOException | EgressException e) {
      throw new AssertionError(e);
    }
  }

  /** A name outside with one public address, which leads to a host on loopback. */
  void host(String name, String address, int port, TestHost host) {
    names.put(name, List.of(InetAddress.ofLiteral(address)));
    routes.put(address + ":" + port, host.address());
  }

  void update(EgressPolicy policy, Grant... grants) {
    egress.update(new AgentRules(policy, new ModelPolicy("", List.of()), List.of(grants)));
  }

  Conversation proxied() {
    return connect("127.0.0.1", 3128);
  }

  /** A connection as the relay hands it over. */
  Conversation connect(String address, int port) {
    return connect(folder.resolve("coder.sock"), address, port);
  }

  private static Conversation connect(Path socket, String address, int port) {
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(header(InetAddress.ofLiteral(address), port));
      return new Conversation(channel);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Another agent of the same proxy, and a program inside it that has connected to its proxy. */
  Conversation ofAnotherAgent(EgressPolicy policy) {
    Path socket = folder.resolve("other.sock");
    AgentRules rules = new AgentRules(policy, new ModelPolicy("", List.of()), List.of());
    try {
      others.add(proxy.open(new AgentName("other"), socket, rules, EgressUsage.NONE, null));
      return connect(socket, "127.0.0.1", 3128);
    } catch (EgressException e) {
      throw new AssertionError(e);
    }
  }

  SocketChannel bare() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(folder.resolve("coder.sock")));
    return channel;
  }

  static ByteBuffer header(InetAddress destination, int port) {
    ByteBuffer header = ByteBuffer.allocate(28);
    header.put(new byte[] {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a});
    header.put((byte) 0x21).put((byte) 0x11).putShort((short) 12);
    header.put(new byte[] {100, 64, 0, 1}).put(destination.getAddress());
    header.putShort((short) 40_000).putShort((short) port);
    return header.flip();
  }

  List<EgressEvent.Decided> decided() {
    return events(EgressEvent.Decided.class);
  }

  /** Why connections ended on which something had been admitted. */
  List<String> endings() {
    return events(EgressEvent.Closed.class).stream().map(EgressEvent.Closed::why).toList();
  }

  private <T extends EgressEvent> List<T> events(Class<T> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  List<Decision.Denied> denied() {
    return decided().stream()
        .map(EgressEvent.Decided::decision)
        .filter(Decision.Denied.class::isInstance)
        .map(Decision.Denied.class::cast)
        .toList();
  }

  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come about in a minute");
      }
      Thread.onSpinWait();
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Carries a local TCP port to the door, as the relay does, for clients that only speak TCP. */
  InetSocketAddress relay(String address, int port) {
    TestHost relay =
        TestHost.speaking(
            (in, out) -> {
              try (Conversation inside = connect(address, port)) {
                Thread up = Thread.ofPlatform().daemon().start(() -> pump(in, inside.out, inside));
                pump(inside.in, out, null);
                up.interrupt();
              }
            });
    return relay.address();
  }

  private static void pump(InputStream from, OutputStream to, @Nullable Conversation shutDown) {
    try {
      byte[] buffer = new byte[65_536];
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
        to.flush();
      }
      if (shutDown != null) {
        shutDown.endOutput();
      }
    } catch (IOException e) {
      // One side is gone, and the other learns it from its own end.
    }
  }

  @Override
  public void close() {
    egress.close();
    others.forEach(AgentEgress::close);
    proxy.close();
    blocking.close();
  }
}
