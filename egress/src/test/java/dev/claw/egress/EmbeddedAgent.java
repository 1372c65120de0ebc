package dev.claw.egress;

import static dev.claw.egress.Rules.policy;

import dev.claw.model.ModelPolicy;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** An agent on an event loop whose time the test sets, with one connection at most. */
final class EmbeddedAgent {
  final EmbeddedChannel channel = new EmbeddedChannel();
  final List<EgressEvent> events = new ArrayList<>();
  final AgentContext agent;
  Instant now = Instant.parse("2026-11-21T10:00:00Z");
  boolean recording = true;

  EmbeddedAgent() {
    channel.freezeTime();
    EgressEnvironment environment =
        new EgressEnvironment(
            this::record,
            name -> CompletableFuture.completedFuture(List.of()),
            Outbound.DIRECT,
            (name, port, destination) ->
                CompletableFuture.failedFuture(new IllegalStateException()),
            secret -> CompletableFuture.failedFuture(new IllegalStateException()),
            () -> now,
            Runnable::run,
            null,
            EgressEnvironment.DNS_SERVER);
    try {
      AgentContext.Shared shared =
          new AgentContext.Shared(
              environment,
              Harness.LIMITS,
              new SteadyClock(() -> now, () -> 0),
              new UpstreamTls(null),
              new HeldBytes(Harness.LIMITS.heldBodyBytes()),
              new AtomicLong());
      agent = new AgentContext(Harness.AGENT, shared, rules(), EgressUsage.NONE, null);
    } catch (javax.net.ssl.SSLException e) {
      throw new AssertionError(e);
    }
  }

  private DecisionLog.Recording record(EgressEvent event, Executor thread) {
    if (!recording) {
      return DecisionLog.Recording.failed(new IllegalStateException("disk full"));
    }
    events.add(event);
    return Harness.RECORDED;
  }

  static AgentRules rules(Grant... grants) {
    return new AgentRules(policy(), new ModelPolicy("", List.of()), List.of(grants));
  }

  void pass(Duration time) {
    now = now.plus(time);
    channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
    channel.runPendingTasks();
  }

  AgentEgress egress(Path folder) {
    return new AgentEgress(agent, channel, folder.resolve("a.sock"), channel.eventLoop(), () -> {});
  }

  Client client() {
    Client client =
        new Client(
            agent, channel, new InetSocketAddress(InetAddress.getLoopbackAddress(), 3128), 40_000);
    channel.pipeline().addLast(new ByteCounter(client));
    return client;
  }
}
