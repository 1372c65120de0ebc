package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentId;
import dev.claw.supervisor.AgentStop;
import dev.claw.supervisor.Fixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A relay is killed, and no command comes. */
@Timeout(300)
class DoorsTest extends OnResident {
  private static final String BUILT = "coder: its door was built again";

  private AgentId serveRunning() throws Exception {
    fixture.start();
    var _ = run(Optional.empty());
    await(() -> log.contains("coder: runs, so its egress is open again"));
    AgentId id = fixture.record(Fixture.CODER).id();
    await(() -> fixture.backend.calls.stream().anyMatch(call -> call.startsWith("doorEnd")));
    return id;
  }

  private long built() {
    return log.stream().filter(BUILT::equals).count();
  }

  @Test
  void itsDoorIsBuiltAgainOnRecord() throws Exception {
    AgentId id = serveRunning();
    fixture.backend.endRelay(id);
    await(() -> built() == 1);
    assertThat(log).contains("coder: the relay of its door has ended");
    assertThat(fixture.backend.isDoorOpen(id)).isTrue();
    assertThat(Files.readString(fixture.host.home().agent(Fixture.CODER).audit()))
        .contains("\"egress.door\"", "its relay had ended");
    fixture.backend.endRelay(id);
    await(() -> built() == 2);
  }

  @Test
  void oneThatRanBeforeItWasServedIsFollowedToo() throws Exception {
    fixture.start();
    AgentId id = fixture.record(Fixture.CODER).id();
    Path config = fixture.host.home().agent(Fixture.CODER).openclaw();
    byte[] locked = Files.readAllBytes(config);
    Files.writeString(config, "{}");
    var _ = run(Optional.empty());
    await(() -> log.stream().anyMatch(line -> line.contains("runs without egress")));
    Files.write(config, locked);
    var _ = client.serve(Fixture.CODER);
    fixture.backend.endRelay(id);
    await(() -> built() == 1);
  }

  @Test
  void anAgentThatStopsLosesItsDoorForGood() throws Exception {
    AgentId id = serveRunning();
    new AgentStop(fixture.host).stop(Fixture.CODER, Duration.ZERO);
    fixture.backend.calls.clear();
    fixture.backend.endRelay(id);
    await(() -> fixture.backend.calls.stream().anyMatch(call -> call.startsWith("find")));
    fixture.backend.change(id);
    await(() -> client.status().orElseThrow().agents().isEmpty());
    assertThat(built()).isZero();
    assertThat(fixture.backend.calls).noneMatch(call -> call.startsWith("openDoor"));
  }
}
