package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.claw.lock.PolicyLock;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.Digest;
import dev.claw.supervisor.AgentStatus.LockState;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelockTest {
  @TempDir Path folder;
  private @Nullable Fixture made;
  private final List<String> shown = new ArrayList<>();

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
  }

  private Fixture fixture() {
    return Objects.requireNonNull(made);
  }

  private AgentStart.Options forced(PolicySource source) {
    Relock relock =
        new Relock(
            fixture().host,
            source,
            (why, before, after) ->
                shown.add(
                    why
                        + " | "
                        + before.map(lock -> lock.serial() + "").orElse("none")
                        + " | "
                        + after.serial()));
    return new AgentStart.Options(Optional.of(relock), Duration.ZERO, Set.of(), step -> {});
  }

  private void force() throws Exception {
    force(fixture().source());
  }

  private void force(PolicySource source) throws Exception {
    new AgentStop(fixture().host).stop(CODER, Duration.ZERO);
    new AgentStart(fixture().host).start(CODER, forced(source));
  }

  private PolicyLock lock() throws Exception {
    return new LockCheck(fixture().host).files(fixture().record(CODER)).lock().orElseThrow();
  }

  @Test
  void keepsALockThatHolds() throws Exception {
    byte[] before = Files.readAllBytes(fixture().coder().lock());
    force();
    assertThat(fixture().coder().lock()).hasBinaryContent(before);
    assertThat(shown).isEmpty();
    assertThat(fixture().record(CODER).serial()).isEqualTo(1);
    assertThat(fixture().events(fixture().coder().audit())).doesNotContain("policy.relock intent");
  }

  @Test
  void locksADriftedOneAgainAndKeepsTheHandEdit() throws Exception {
    Digest before = lock().digest();
    Files.writeString(fixture().coder().openclaw(), "{\"mine\": 1}\n");
    Files.delete(fixture().coder().seccomp());
    force();
    assertThat(lock().serial()).isEqualTo(2);
    assertThat(lock().findPrevious()).contains(before);
    assertThat(fixture().record(CODER).serial()).isEqualTo(2);
    assertThat(fixture().highestSerial(CODER)).isEqualTo(2);
    assertThat(fixture().coder().path().resolve("openclaw.json.replaced"))
        .hasContent("{\"mine\": 1}");
    assertThat(shown).singleElement().asString().endsWith("| 1 | 2");
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().events(fixture().coder().audit()))
        .containsExactly(
            "agent.create DONE",
            "agent.start intent",
            "policy.relock intent",
            "policy.relock DONE",
            "agent.start DONE");
    assertThat(fixture().records(fixture().coder().audit()).get(3).event().details())
        .isEqualTo(Map.of("kept", List.of("openclaw.json.replaced")));
  }

  @Test
  void showsTheDifferenceBeforeAnythingChanges() throws Exception {
    Files.writeString(fixture().coder().openclaw(), "{}");
    Map<Path, byte[]> before = files();
    Relock relock =
        new Relock(
            fixture().host,
            fixture().source(),
            (why, old, after) -> {
              throw new IllegalStateException("the operator says no");
            });
    assertThat(
            catchThrowable(
                () ->
                    new AgentStart(fixture().host)
                        .start(
                            CODER,
                            new AgentStart.Options(
                                Optional.of(relock), Duration.ZERO, Set.of(), step -> {}))))
        .hasMessage("the operator says no");
    assertSame(before);
    assertThat(fixture().backend.changes()).isEmpty();
  }

  private Map<Path, byte[]> files() throws Exception {
    Map<Path, byte[]> files = new java.util.TreeMap<>();
    try (var all = Files.list(fixture().coder().path())) {
      for (Path file :
          all.filter(Files::isRegularFile).filter(f -> !f.toString().contains("audit")).toList()) {
        files.put(file, Files.readAllBytes(file));
      }
    }
    return files;
  }

  private void assertSame(Map<Path, byte[]> before) throws Exception {
    Map<Path, byte[]> now = files();
    assertThat(now).containsOnlyKeys(before.keySet());
    now.forEach((file, bytes) -> assertThat(bytes).as(file.toString()).isEqualTo(before.get(file)));
  }

  @Test
  void replacesNothingWhereOpenClawOrTheCompilerRefuses() throws Exception {
    Files.writeString(fixture().coder().openclaw(), "{}");
    Map<Path, byte[]> before = files();
    fixture().backend.validation = 78;
    assertRefused(Reason.REFUSED, this::force).hasMessageContaining("OpenClaw does not accept");
    assertSame(before);
    assertRefused(
            Reason.REFUSED,
            () ->
                force(
                    (agent, template) -> {
                      throw new Exception("template.yaml:1:1: unknown key");
                    }))
        .hasMessage("coder: can't be locked again: template.yaml:1:1: unknown key");
    assertSame(before);
    assertThat(fixture().record(CODER).serial()).isEqualTo(1);
    assertThat(fixture().events(fixture().coder().audit())).contains("policy.relock REFUSED");
  }

  @Test
  void anyVerdictIsMended() throws Exception {
    Path lock = fixture().coder().lock();
    String good = Files.readString(lock);
    Files.writeString(lock, good.replace("\"ask\"", "\"full\""));
    force();
    assertThat(lock().serial()).isEqualTo(2);
    Files.delete(lock);
    force();
    assertThat(lock().serial()).isEqualTo(3);
    Files.writeString(lock, good); // an older one put back
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.REPLAYED);
    force();
    assertThat(lock().serial()).isEqualTo(4);
    Files.writeString(lock, "");
    force();
    assertThat(lock().serial()).isEqualTo(5);
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), good);
    Files.delete(lock);
    Files.createSymbolicLink(lock, elsewhere);
    force();
    assertThat(lock().serial()).isEqualTo(6);
    assertThat(elsewhere).hasContent(good.strip());
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
  }

  @Test
  void aLinkInPlaceOfALockedFileIsReplacedAndItsTargetStays() throws Exception {
    Path outside = Files.writeString(folder.resolve("outside"), "stays");
    Files.delete(fixture().coder().openclaw());
    Files.createSymbolicLink(fixture().coder().openclaw(), outside);
    force();
    assertThat(outside).hasContent("stays");
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(Files.isSymbolicLink(fixture().coder().openclaw())).isFalse();
  }

  /** A folder with something in it can't be replaced by a file: the writes end there. */
  @ParameterizedTest
  @ValueSource(
      strings = {"openclaw.json", "container-spec.json", "seccomp.json", "policy.lock.json"})
  void aCrashBetweenTheFilesIsDriftAndForceMendsIt(String blocked) throws Exception {
    PolicySource changed =
        (agent, template) -> {
          CompiledPolicy policy = fixture().policy(agent.name(), agent.id(), "two");
          return policy;
        };
    Files.writeString(fixture().coder().template(), "# edited\n");
    Path file = fixture().coder().path().resolve(blocked);
    byte[] old = Files.readAllBytes(file);
    Files.delete(file);
    Files.createDirectories(file.resolve("blocked"));
    assertRefused(Reason.STATE, () -> force(changed)).hasMessageContaining(blocked);
    assertRefused(Reason.DRIFT, fixture()::start);
    AgentCreation.removeTree(file);
    Files.write(file, old);
    assertRefused(Reason.DRIFT, fixture()::start);
    force(changed);
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.VERIFIED);
    assertThat(fixture().coder().openclaw()).hasContent("{\"rules\": \"two\"}");
  }

  @Test
  void aCrashBeforeTheSerialWasNotedLeavesNoRoomForAReplay() throws Exception {
    Path lock = fixture().coder().lock();
    byte[] first = Files.readAllBytes(lock);
    Files.writeString(fixture().coder().openclaw(), "{}");
    AgentRecord record = fixture().record(CODER);
    force();
    // As a crash right after the lock was written would leave it.
    fixture().host.agents().write(record);
    try (StateDatabase database = StateDatabase.open(fixture().host.home().database())) {
      database.forget(record.id());
      database.sawSerial(record.id(), 1);
    }
    new AgentStart(fixture().host).start(CODER, fixture().options());
    assertThat(fixture().highestSerial(CODER)).isEqualTo(2);
    Files.write(lock, first);
    assertThat(fixture().lockState(CODER)).isEqualTo(LockState.REPLAYED);
  }
}
