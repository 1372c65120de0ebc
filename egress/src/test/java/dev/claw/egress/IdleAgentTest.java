package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs by itself, on an event loop whose time the test sets. */
class IdleAgentTest {
  private static final long NOTHING_SCHEDULED = -1;

  private final EmbeddedAgent embedded = new EmbeddedAgent();
  private final EmbeddedChannel channel = embedded.channel;

  @TempDir private Path folder;

  @Test
  void nothingRunsWhereNothingGoesOn() {
    try (AgentEgress egress = embedded.egress(folder)) {
      assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
      egress.update(EmbeddedAgent.rules());
      assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    }
  }

  @Test
  void grantIsLookedAtUntilItEndsAndNotAfter() throws Exception {
    try (AgentEgress egress = embedded.egress(folder)) {
      Instant end = embedded.now.plus(Duration.ofMinutes(1));
      egress.update(EmbeddedAgent.rules(Grant.parse("g", "good.org", List.of(443), end)));
      Client client = embedded.client();
      embedded.agent.clients().add(client);
      client.admit(() -> embedded.now.isBefore(end));
      embedded.pass(Duration.ofSeconds(31));
      assertThat(channel.isOpen()).isTrue();
      assertThat(channel.runScheduledPendingTasks()).isPositive();
      embedded.pass(Duration.ofSeconds(30));
      assertThat(channel.isOpen()).isFalse();
      assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    }
  }

  @Test
  void clockThatIsSetForwardEndsAGrantBeforeItsTimer() throws Exception {
    try (AgentEgress egress = embedded.egress(folder)) {
      Instant end = embedded.now.plus(Duration.ofHours(1));
      egress.update(EmbeddedAgent.rules(Grant.parse("g", "good.org", List.of(443), end)));
      Client client = embedded.client();
      embedded.agent.clients().add(client);
      client.admit(() -> embedded.now.isBefore(end));
      embedded.now = embedded.now.plus(Duration.ofHours(2));
      channel.advanceTimeBy(30, TimeUnit.SECONDS);
      channel.runPendingTasks();
      assertThat(channel.isOpen()).isFalse();
    }
  }
}
