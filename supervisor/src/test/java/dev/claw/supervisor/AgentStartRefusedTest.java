package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.Digest;
import dev.claw.model.EffectiveState;
import dev.claw.supervisor.ScriptedBackend.Made;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not as it was locked, or would not be enforced, and so does not start or go on. */
class AgentStartRefusedTest extends AgentStartScene {
  @Test
  void neitherTouchesAPausedOneNorOneUnderAnEarlierLock() throws Exception {
    fixture().start();
    Made running = container();
    AgentId id = running.spec().id();
    backend().calls.clear();
    backend().containers.put(id, running.in(State.PAUSED, 0));
    assertRefused(Reason.CONFLICT, fixture()::start).hasMessageContaining("podman unpause cccccc");
    backend().containers.put(id, new Made(running.spec(), Digest.of("x"), State.RUNNING, 0));
    assertRefused(Reason.DRIFT, fixture()::start).hasMessageContaining("'claw restart coder'");
    assertNothingStarted();
  }

  @Test
  void everyLockThatDoesNotHoldStartsNothing() throws Exception {
    Path lock = fixture().coder().lock();
    String good = Files.readString(lock);
    fixture().create(new AgentName("other"));
    String others = Files.readString(fixture().host.home().agent(new AgentName("other")).lock());
    backend().calls.clear();
    assertDrift(
        lock, good.replace("\"ask\"", "\"full\""), "that fits the lock, found one that does not");
    assertDrift(lock, others, "expected this agent's lock, found that of other");
    assertDrift(lock, good.substring(0, good.length() / 2), "review the policy");
    assertDrift(lock, "", "review the policy");
    assertDrift(
        lock,
        good.replaceFirst("(?s)\"signatures\": \\[.*", "\"signatures\": []\n}\n"),
        "coder: policy.lock.json: expected a signature, found none; review the policy");
    String other = good.contains("\"keyid\": \"sha256:0") ? "1" : "0";
    assertDrift(
        lock,
        good.replaceFirst("\"keyid\": \"sha256:.", "\"keyid\": \"sha256:" + other),
        "current key");
    Files.delete(lock);
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining("policy.lock.json: expected a signed lock, found no file");
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), good);
    Files.createSymbolicLink(lock, elsewhere);
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining("coder: policy.lock.json: expected a file, found a link; review");
    Files.delete(lock);
    Files.writeString(lock, good);
    try (StateDatabase database = StateDatabase.open(fixture().host.home().database())) {
      database.sawSerial(fixture().record(CODER).id(), 5);
    }
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining("expected a lock with serial 5 or higher, found serial 1");
    assertNothingStarted();
    assertThat(fixture().events(fixture().coder().audit())).endsWith("agent.start REFUSED");
  }

  /** The lock before, put back whole, with its good signature, and a database that began anew. */
  @Test
  void anEarlierLockIsReplayedAlsoWhereTheDatabaseIsLost() throws Exception {
    Path record = fixture().coder().record();
    Files.writeString(record, Files.readString(record).replace("serial: 1", "serial: 2"));
    Files.delete(fixture().host.home().database());
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining("expected a lock with serial 2 or higher, found serial 1");
    assertNothingStarted();
  }

  private void assertDrift(Path file, String text, String message) throws Exception {
    assertThat(Files.readString(file)).isNotEqualTo(text);
    Files.writeString(file, text);
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageStartingWith("coder: policy.lock.json: ")
        .hasMessageContaining(message)
        .hasMessageContaining("Nothing was started. 'claw start --force coder'");
    assertNothingStarted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"template.yaml", "openclaw.json", "container-spec.json", "seccomp.json"})
  void everyFileThatIsNotWhatIsLockedStartsNothing(String name) throws Exception {
    Path file = fixture().coder().path().resolve(name);
    byte[] good = Files.readAllBytes(file);
    Files.writeString(file, "{}");
    assertRefused(Reason.DRIFT, fixture()::start).hasMessageContaining(name + " was changed");
    Files.delete(file);
    assertRefused(Reason.DRIFT, fixture()::start).hasMessageContaining(name + " is missing");
    Files.write(folder.resolve("same"), good);
    Files.createSymbolicLink(file, folder.resolve("same"));
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining(name + ": expected a file, found a link")
        .hasMessageNotContaining("found expected");
    assertNothingStarted();
    Files.delete(file);
    Files.write(file, good);
    fixture().start();
  }

  @Test
  void anImageThatWasRetaggedOrRemovedStartsNothing() throws Exception {
    backend().put(Fixture.IMAGE, Digest.of("another"));
    assertRefused(Reason.DRIFT, fixture()::start).hasMessageContaining("was changed: the lock");
    backend().images.clear();
    assertRefused(Reason.DRIFT, fixture()::start).hasMessageContaining("is not there");
    assertNothingStarted();
  }

  @Test
  void limitsThatNobodyEnforcesAreRefusedOrOnRecord() throws Exception {
    AgentStart start = new AgentStart(fixture().host);
    backend().controllers = Set.of("pids");
    backend().reality = state -> with(state, new EffectiveState.Limits(-1, -1, -1, 512, 4096, 0));
    assertRefused(Reason.REFUSED, () -> start.start(CODER, allowing()))
        .hasMessageContaining("--allow-unenforced cpus,memory");
    assertRefused(Reason.REFUSED, () -> start.start(CODER, allowing("memory")))
        .hasMessageContaining("limits on cpus,")
        .hasMessageContaining("--allow-unenforced cpus,memory'");
    assertNothingStarted();
    assertThat(start.start(CODER, allowing("memory", "cpus")).unenforced())
        .containsExactly("cpus", "memory");
    assertThat(fixture().last(fixture().coder().audit()).event().details())
        .containsEntry("unenforced", List.of("cpus", "memory"));
  }

  @Test
  void aLimitThatIsDelegatedButNotInForceIsDrift() throws Exception {
    backend().reality =
        state -> with(state, new EffectiveState.Limits(2L << 30, 0, 1500, -1, 4096, 0));
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining("limit pids is not enforced: expected 512, found no limit");
    assertThat(container().state()).isEqualTo(State.EXITED);
  }

  @Test
  void whatRunsOtherwiseThanLockedIsStoppedAgainOnRecord() throws Exception {
    backend().reality = state -> withCapabilities(state, 1);
    assertRefused(Reason.DRIFT, fixture()::start)
        .hasMessageContaining("so it was stopped:\n  capabilities: expected 0, found 1");
    assertThat(backend().changes()).endsWith("start", "stopContainer", "stopPod");
    assertThat(container().state()).isEqualTo(State.EXITED);
    assertThat(lastError()).contains("capabilities: expected 0, found 1");
  }

  @Test
  void driftOfARunningOneStopsItAndAFailureToLookDoesNot() throws Exception {
    fixture().start();
    backend().failIn("effectiveState");
    assertThat(catchThrowable(fixture()::start)).isInstanceOf(BackendException.class);
    assertThat(container().state()).isEqualTo(State.RUNNING);
    backend().failIn("");
    backend().reality = state -> withCapabilities(state, 1);
    assertRefused(Reason.DRIFT, fixture()::start);
    assertThat(container().state()).isEqualTo(State.EXITED);
  }
}
