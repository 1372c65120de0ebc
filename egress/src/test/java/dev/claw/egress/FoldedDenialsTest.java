package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Decided;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.model.InvalidValueException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that is denied in a loop does not fill the disk, and nothing of it goes uncounted. */
class FoldedDenialsTest {
  private static final long NOTHING_SCHEDULED = -1;

  private final EmbeddedAgent embedded = new EmbeddedAgent();
  private final Client client = embedded.client();
  private final Gate gate = new Gate(client);

  @TempDir private Path folder;

  private void deny(String host, int times) {
    try {
      EgressRequest request =
          EgressRequest.at(EgressRequest.Layer.TLS, HostName.parse(host), 443, null);
      for (int i = 0; i < times; i++) {
        gate.deny(Kind.TLS, request, new Denied(Reason.NO_RULE, "no rule names it"), shut -> {});
      }
    } catch (InvalidValueException e) {
      throw new AssertionError(e);
    }
  }

  private List<Decided> recorded() {
    return embedded.events.stream().map(Decided.class::cast).toList();
  }

  private long counted() {
    return recorded().stream().mapToLong(Decided::count).sum();
  }

  @Test
  void whatIsDeniedInALoopIsOneNumberAMinute() {
    deny("evil.org", 100_000);
    assertThat(recorded()).as("the first are never delayed").hasSize(3);
    embedded.pass(Duration.ofSeconds(61));
    assertThat(recorded()).hasSize(4);
    assertThat(recorded().getLast().host()).isEqualTo("evil.org");
    assertThat(recorded().getLast().port()).isEqualTo(443);
    assertThat(counted()).isEqualTo(100_000);
    embedded.pass(Duration.ofSeconds(61));
    assertThat(recorded()).hasSize(4);
    assertThat(embedded.channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    deny("evil.org", 1);
    assertThat(recorded()).as("at once again").hasSize(5);
  }

  @Test
  void hostsWithoutNumberShareOneRecordThatNamesTheFirst() {
    for (int i = 0; i < 10_000; i++) {
      deny("h" + i + ".evil.org", 1);
    }
    assertThat(recorded()).hasSize(64);
    embedded.pass(Duration.ofSeconds(61));
    assertThat(recorded()).hasSize(65);
    Decided others = recorded().getLast();
    assertThat(others.host()).isEqualTo("(others)");
    assertThat(others.count()).isEqualTo(10_000 - 64);
    assertThat(((Denied) others.decision()).reason()).isEqualTo(Reason.NO_RULE);
    assertThat(((Denied) others.decision()).why())
        .startsWith("9936 within a minute")
        .contains("h64.evil.org:443, h65.evil.org:443")
        .doesNotContain("h70.");
  }

  @Test
  void pathsWithoutNumberDoToo() throws Exception {
    HostName host = HostName.parse("half.org");
    for (int i = 0; i < 10_000; i++) {
      EgressRequest request =
          new EgressRequest(EgressRequest.Layer.HTTP, host, 443, "GET", "/" + i, null);
      gate.deny(Kind.HTTP, request, new Denied(Reason.PATH, "not with this path"), shut -> {});
    }
    embedded.pass(Duration.ofSeconds(61));
    assertThat(recorded()).hasSize(65);
    assertThat(counted()).isEqualTo(10_000);
  }

  @Test
  void countedNamesAreOnRecordAMinuteLaterAndThenNothingRuns() {
    NameDenials denials = embedded.agent.nameDenials();
    for (int i = 0; i < 50; i++) {
      denials.deny(client, "chunk" + i + ".evil.org");
    }
    embedded.pass(Duration.ofSeconds(30));
    denials.deny(client, "other.org");
    embedded.pass(Duration.ofSeconds(31));
    assertThat(recorded()).extracting(Decided::count).containsExactly(1L, 1L, 49L);
    embedded.pass(Duration.ofSeconds(61));
    assertThat(recorded()).hasSize(3);
    assertThat(embedded.channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    denials.deny(client, "chunk.evil.org");
    denials.deny(client, "chunk.evil.org");
    embedded.pass(Duration.ofSeconds(61));
    assertThat(recorded()).hasSize(5);
  }

  @Test
  void domainsWithoutNumberShareOneRecord() {
    for (int i = 0; i < 10_000; i++) {
      embedded.agent.nameDenials().deny(client, "data.d" + i + ".org.");
    }
    embedded.pass(Duration.ofSeconds(61));
    assertThat(recorded()).hasSize(65);
    assertThat(counted()).isEqualTo(10_000);
    assertThat(((Denied) recorded().getLast().decision()).why()).contains("data.d64.org");
  }

  @Test
  void theEndOfTheEgressBringsTheNumbers() {
    AgentEgress egress = embedded.egress(folder);
    deny("evil.org", 10);
    embedded.agent.nameDenials().deny(client, "a.evil.org");
    embedded.agent.nameDenials().deny(client, "b.evil.org");
    egress.close();
    assertThat(counted()).isEqualTo(12);
  }

  @Test
  void aNumberThatCanNotBeRecordedGoesWithTheNext() {
    deny("evil.org", 100);
    embedded.recording = false;
    deny("late.org", 1);
    embedded.pass(Duration.ofSeconds(61));
    assertThat(counted()).isEqualTo(3);
    embedded.recording = true;
    deny("evil.org", 1);
    embedded.pass(Duration.ofSeconds(61));
    embedded.pass(Duration.ofSeconds(61));
    assertThat(counted()).isEqualTo(102);
  }
}
