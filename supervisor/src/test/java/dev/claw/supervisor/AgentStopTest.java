package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentStopTest {
  @TempDir Path folder;

  @Test
  void withoutAContainerNothingIsDoneOrRecorded() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    new AgentStop(fixture.host).stop(CODER, Duration.ZERO);
    assertThat(fixture.backend.changes()).isEmpty();
    assertThat(fixture.events(fixture.coder().audit())).containsExactly("agent.create DONE");
    assertRefused(
        Reason.NOT_FOUND,
        () -> new AgentStop(fixture.host).stop(new AgentName("nobody"), Duration.ZERO));
    assertRefused(
        Reason.NOT_FOUND,
        () -> new AgentStop(fixture.host).gracePeriod(new AgentName("nobody"), true));
  }

  @Test
  void waitsAsLongAsTheSpecSays() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    AgentStop stop = new AgentStop(fixture.host);
    assertThat(stop.gracePeriod(CODER, false)).isEqualTo(Duration.ofSeconds(42));
    assertThat(stop.gracePeriod(CODER, true)).isZero();
    Files.writeString(fixture.coder().containerSpec(), "{");
    assertThat(stop.gracePeriod(CODER, false)).isEqualTo(Duration.ofSeconds(60));
    Files.delete(fixture.coder().containerSpec());
    assertThat(stop.gracePeriod(CODER, false)).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void stopsOnRecordAndTwiceDoesNoHarm() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.start();
    fixture.backend.calls.clear();
    AgentStop stop = new AgentStop(fixture.host);
    stop.stopKeepingPod(CODER, Duration.ofSeconds(7));
    assertThat(fixture.backend.calls)
        .contains("stopContainer " + fixture.record(CODER).id() + " 7");
    assertThat(fixture.backend.changes()).containsExactly("stopContainer");
    stop.stop(CODER, Duration.ZERO);
    assertThat(fixture.backend.changes())
        .containsExactly("stopContainer", "stopContainer", "stopPod");
    assertThat(fixture.events(fixture.coder().audit()))
        .endsWith("agent.stop intent", "agent.stop DONE", "agent.stop intent", "agent.stop DONE");
  }

  @Test
  void aBrokenRecordDoesNotKeepItRunning() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.create(new AgentName("other"));
    fixture.start();
    AgentId id = fixture.record(CODER).id();
    Files.writeString(fixture.coder().record(), "broken\n");
    AgentStop stop = new AgentStop(fixture.host);
    stop.stop(CODER, stop.gracePeriod(CODER, false));
    assertThat(Objects.requireNonNull(fixture.backend.containers.get(id)).state())
        .isEqualTo(State.EXITED);
  }

  @Test
  void aCopyOfItsFolderStopsNothing() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.start();
    AgentName copy = new AgentName("copy");
    Files.createDirectory(fixture.host.home().agent(copy).path());
    Files.copy(fixture.coder().record(), fixture.host.home().agent(copy).record());
    fixture.backend.calls.clear();
    new AgentStop(fixture.host).stop(copy, Duration.ZERO);
    assertThat(fixture.backend.changes()).isEmpty();
  }

  @Test
  void nothingIsStoppedThatCanNotBeRecorded() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.start();
    Files.delete(fixture.coder().audit());
    fixture.backend.calls.clear();
    assertRefused(
        Reason.AUDIT,
        () -> {
          Files.createDirectory(fixture.coder().audit());
          new AgentStop(fixture.host).stop(CODER, Duration.ZERO);
        });
    assertThat(fixture.backend.changes()).isEmpty();
  }

  @Test
  void aFailureIsOnRecord() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.start();
    fixture.backend.failIn("stopContainer");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> new AgentStop(fixture.host).stop(CODER, Duration.ZERO))
        .isInstanceOf(dev.claw.model.BackendException.class);
    assertThat(fixture.events(fixture.coder().audit())).endsWith("agent.stop FAILED");
    assertThat(fixture.last(fixture.coder().audit()).event().details())
        .containsEntry("error", "stopContainer: scripted to fail");
  }
}
