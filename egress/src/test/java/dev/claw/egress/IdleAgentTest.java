package dev.claw.egress;

import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.EgressEvent.Decided;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs by itself, on an event loop whose time the test sets. */
class IdleAgentTest {
  private static final long NOTHING_SCHEDULED = -1;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<EgressEvent> events = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private AgentContext agent;

  @TempDir private Path folder;

  @BeforeEach
  void open() throws Exception {
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
    AgentContext.Shared shared =
        new AgentContext.Shared(
            environment,
            Harness.LIMITS,
            new SteadyClock(() -> now, () -> 0),
            new UpstreamTls(null),
            new AtomicLong());
    agent = new AgentContext(Harness.AGENT, shared, rules(), EgressUsage.NONE, null);
  }

  private DecisionLog.Recording record(EgressEvent event, Executor thread) {
    events.add(event);
    return Harness.RECORDED;
  }

  private static AgentRules rules(Grant... grants) {
    return new AgentRules(policy(), new ModelPolicy("", List.of()), List.of(grants));
  }

  private void pass(Duration time) {
    now = now.plus(time);
    channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
    channel.runPendingTasks();
  }

  private AgentEgress egress() {
    return new AgentEgress(agent, channel, folder.resolve("a.sock"), channel.eventLoop(), () -> {});
  }

  private Client client() {
    return new Client(
        agent, channel, new InetSocketAddress(InetAddress.getLoopbackAddress(), 3128), 40_000);
  }

  @Test
  void nothingRunsWhereNothingGoesOn() {
    try (AgentEgress egress = egress()) {
      assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
      egress.update(rules());
      assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    }
  }

  @Test
  void grantIsLookedAtUntilItEndsAndNotAfter() throws Exception {
    try (AgentEgress egress = egress()) {
      egress.update(
          rules(Grant.parse("g", "good.org", List.of(443), now.plus(Duration.ofMinutes(1)))));
      Client client = client();
      agent.clients().add(client);
      Instant end = now.plus(Duration.ofMinutes(1));
      client.admit(() -> now.isBefore(end));
      pass(Duration.ofSeconds(31));
      assertThat(channel.isOpen()).isTrue();
      assertThat(channel.runScheduledPendingTasks()).isPositive();
      pass(Duration.ofSeconds(30));
      assertThat(channel.isOpen()).isFalse();
      assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    }
  }

  @Test
  void clockThatIsSetForwardEndsAGrantBeforeItsTimer() throws Exception {
    try (AgentEgress egress = egress()) {
      Instant end = now.plus(Duration.ofHours(1));
      egress.update(rules(Grant.parse("g", "good.org", List.of(443), end)));
      Client client = client();
      agent.clients().add(client);
      client.admit(() -> now.isBefore(end));
      now = now.plus(Duration.ofHours(2));
      channel.advanceTimeBy(30, TimeUnit.SECONDS);
      channel.runPendingTasks();
      assertThat(channel.isOpen()).isFalse();
    }
  }

  @Test
  void countedDenialsAreOnRecordAMinuteLaterAndThenNothingRuns() {
    NameDenials denials = agent.nameDenials();
    Client client = client();
    for (int i = 0; i < 50; i++) {
      denials.deny(client, "chunk" + i + ".evil.org");
    }
    pass(Duration.ofSeconds(30));
    denials.deny(client, "other.org");
    pass(Duration.ofSeconds(31));
    assertThat(events).extracting(e -> ((Decided) e).count()).containsExactly(1L, 1L, 49L);
    pass(Duration.ofSeconds(61));
    assertThat(events).hasSize(3);
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    denials.deny(client, "chunk.evil.org");
    denials.deny(client, "chunk.evil.org");
    pass(Duration.ofSeconds(61));
    assertThat(events).hasSize(5);
  }
}
