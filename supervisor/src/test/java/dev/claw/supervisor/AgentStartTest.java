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
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentStartTest {
  @TempDir Path folder;
  private @Nullable Fixture made;
  private @Nullable ScriptedBackend scripted;

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
    scripted = made.backend;
  }

  private Fixture fixture() {
    return Objects.requireNonNull(made);
  }

  private ScriptedBackend backend() {
    return Objects.requireNonNull(scripted);
  }

  private Made container() throws Exception {
    return Objects.requireNonNull(backend().containers.get(fixture().record(CODER).id()));
  }

  private void assertNothingStarted() {
    assertThat(backend().changes()).isEmpty();
  }

  private AgentStart.Options allowing(String... limits) {
    return new AgentStart.Options(Optional.empty(), Duration.ZERO, Set.of(limits), step -> {});
  }

  private String lastError() throws Exception {
    return String.valueOf(fixture().last(fixture().coder().audit()).event().details().get("error"));
  }

  @Test
  void startsComparesAndWaits() throws Exception {
    AgentStart.Report report = fixture().start();
    assertThat(report.wasRunning()).isFalse();
    assertThat(report.unenforced()).isEmpty();
    assertThat(backend().changes())
        .containsExactly("putSecret", "remove", "create", "start", "exec");
    assertThat(container().state()).isEqualTo(State.RUNNING);
    assertThat(fixture().events(fixture().coder().audit()))
        .containsExactly("agent.create DONE", "agent.start intent", "agent.start DONE");
  }

  @Test
  void leavesARunningOneAlone() throws Exception {
    fixture().start();
    backend().calls.clear();
    assertThat(fixture().start().wasRunning()).isTrue();
    assertNothingStarted();
  }

  @Test
  void usesTheContainerOfThisLockAgain() throws Exception {
    fixture().start();
    new AgentStop(fixture().host).stop(CODER, Duration.ZERO);
    backend().calls.clear();
    fixture().start();
    assertThat(backend().changes()).containsExactly("start", "exec");
  }

  @Test
  void makesTheContainerOfAnotherLockAnew() throws Exception {
    fixture().start();
    Made old = container().in(State.EXITED, 0);
    backend()
        .containers
        .put(old.spec().id(), new Made(old.spec(), Digest.of("other"), State.EXITED, 0));
    backend().calls.clear();
    fixture().start();
    assertThat(backend().changes()).containsExactly("remove", "create", "start", "exec");
  }

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

  @Test
  void whereverTheBackendFailsNothingRunsAndARetryWorks() throws Exception {
    boolean started = false;
    for (int call = 1; !started; call++) {
      for (boolean unchecked : List.of(false, true)) {
        backend().calls.clear();
        if (unchecked) {
          backend().throwAtCall(call);
        } else {
          backend().failAtCall(call);
        }
        Throwable failure = catchThrowable(fixture()::start);
        started = backend().failureIsDue();
        backend().failAtCall(-1);
        if (started) {
          assertThat(failure).isNull();
          break;
        }
        if (failure == null) {
          // A host that can't build a door: the agent runs, and has no way out.
          assertThat(unchecked).isFalse();
          assertThat(backend().calls.get(call - 1)).startsWith("openDoor");
          backend().containers.clear();
          backend().secrets.clear();
          continue;
        }
        if (backend().changes().contains("start")) {
          assertThat(backend().changes()).as("call " + call).endsWith("stopContainer", "stopPod");
        }
        assertThat(backend().containers.values())
            .allSatisfy(made -> assertThat(made.state()).isNotEqualTo(State.RUNNING));
        assertThat(fixture().events(fixture().coder().audit())).endsWith("agent.start FAILED");
        backend().containers.clear();
        backend().secrets.clear();
      }
    }
    assertThat(container().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void theDoorStandsBeforeAnythingOfTheAgentsRuns() throws Exception {
    AgentStart.Report report = fixture().start();
    assertThat(report.closed()).isEmpty();
    assertThat(fixture().egress.served).containsExactly(Fixture.CODER);
    List<String> calls =
        backend().methods().stream()
            .filter(List.of("create", "startNamespaces", "openDoor", "start")::contains)
            .toList();
    assertThat(calls).containsExactly("create", "startNamespaces", "openDoor", "start");
  }

  @Test
  void whereNobodyServesTheEgressNothingIsStarted() throws Exception {
    fixture().egress.fails = true;
    assertRefused(Reason.FAILED, fixture()::start);
    assertThat(backend().changes()).doesNotContain("start");
  }

  @Test
  void whoRunsGoesOnWhereNobodyCanServeItsEgressAgain() throws Exception {
    fixture().start();
    fixture().egress.fails = true;
    assertRefused(Reason.FAILED, fixture()::start);
    assertThat(container().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void aHostThatCanBuildNoDoorRunsTheAgentWithoutOneAndSaysSo() throws Exception {
    backend().failIn("openDoor", BackendException.Kind.FAILED);
    AgentStart.Report report = fixture().start();
    assertThat(report.closed()).isPresent();
    assertThat(container().state()).isEqualTo(State.RUNNING);
    backend().failIn("");
    assertThat(fixture().start().closed()).isEmpty();
    assertThat(backend().isDoorOpen(container().spec().id())).isTrue();
  }

  @Test
  void thePodIsStoppedAlsoWhereStoppingTheContainerFails() throws Exception {
    backend().reality = state -> withCapabilities(state, 1);
    backend().failIn("stopContainer");
    assertRefused(Reason.DRIFT, fixture()::start)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(backend().changes()).endsWith("start", "stopContainer", "stopPod");
  }

  @Test
  void whoIsNotReadyIsStoppedAndItsLastWordsAreHarmless() throws Exception {
    backend().readiness = 1;
    backend().lines.add("\u001b[2J\u001b]0;owned\u0007 \u202e");
    backend().lines.add("\ud83d\ude00".repeat(40_000));
    assertRefused(Reason.FAILED, fixture()::start)
        .hasMessageContaining("was not ready after 5 s")
        .hasMessageContaining("\n  \\u001b[2J\\u001b]0;owned\\u0007 \\u202e\n")
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(4000));
    assertThat(backend().changes()).endsWith("exec", "stopContainer", "stopPod");
    assertThat(fixture().events(fixture().coder().audit())).endsWith("agent.start FAILED");
  }

  @Test
  void whatAnAgentPrintsNeverKeepsTheOutcomeOffTheRecord() throws Exception {
    backend().readiness = 1;
    for (int shift = 0; shift < 2; shift++) {
      backend().lines.clear();
      backend().lines.add("x".repeat(shift) + "\ud83d\ude00".repeat(300));
      for (int line = 1; line < 10; line++) {
        backend().lines.add("\ud83d\ude00".repeat(300) + "\ud83d");
      }
      assertRefused(Reason.FAILED, fixture()::start);
      assertThat(fixture().events(fixture().coder().audit())).endsWith("agent.start FAILED");
    }
  }

  @Test
  void anInterruptWhileItWaitsStopsItAgainOnRecord() throws Exception {
    backend().blockInExec = true;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicReference<Boolean> stillInterrupted = new AtomicReference<>(false);
    Thread command =
        new Thread(
            () -> {
              failure.set(catchThrowable(fixture()::start));
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    command.start();
    backend().inExec.await();
    command.interrupt();
    command.join();
    assertRefused(
            Reason.INTERRUPTED,
            () -> {
              throw Objects.requireNonNull(failure.get());
            })
        .hasMessageContaining("the agent was stopped again");
    assertThat(stillInterrupted.get()).isTrue();
    assertThat(backend().changes()).endsWith("exec", "stopContainer", "stopPod");
    assertThat(container().state()).isEqualTo(State.EXITED);
    assertThat(fixture().events(fixture().coder().audit()))
        .containsExactly("agent.create DONE", "agent.start intent", "agent.start FAILED");
    assertThat(fixture().last(fixture().coder().audit()).event().details())
        .containsEntry("reason", "interrupted");
  }

  @Test
  void whoWasInterruptedBeforeDoesNothing() throws Exception {
    Thread.currentThread().interrupt();
    Throwable failure = catchThrowable(fixture()::start);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).isInstanceOf(SupervisorException.class);
    assertNothingStarted();
    fixture().start();
  }

  @Test
  void nothingHappensThatCanNotBeRecorded() throws Exception {
    Path aside = fixture().coder().path().resolve("aside");
    Files.move(fixture().coder().audit(), aside);
    Files.createDirectory(fixture().coder().audit());
    assertRefused(Reason.AUDIT, fixture()::start);
    assertThat(backend().calls).isEmpty();
    Files.delete(fixture().coder().audit());
    Files.move(aside, fixture().coder().audit());
    fixture().start();
    Files.writeString(fixture().coder().audit(), "");
    backend().calls.clear();
    assertRefused(Reason.AUDIT, fixture()::start).hasMessageContaining("'claw audit repair'");
    assertThat(backend().calls).isEmpty();
  }

  @Test
  void anAgentThatIsNotThereIsNotFound() {
    assertRefused(
        Reason.NOT_FOUND,
        () -> new AgentStart(fixture().host).start(new AgentName("nobody"), allowing()));
  }

  @Test
  void verifyChangesNothing() throws Exception {
    new AgentStart(fixture().host).verify(CODER, allowing());
    Files.writeString(fixture().coder().openclaw(), "{}");
    assertRefused(Reason.DRIFT, () -> new AgentStart(fixture().host).verify(CODER, allowing()));
    assertNothingStarted();
    assertThat(fixture().events(fixture().coder().audit())).containsExactly("agent.create DONE");
  }

  static EffectiveState with(EffectiveState state, EffectiveState.Limits limits) {
    return copy(state, limits, state.capabilities());
  }

  static EffectiveState withCapabilities(EffectiveState state, long capabilities) {
    return copy(state, state.limits(), capabilities);
  }

  private static EffectiveState copy(
      EffectiveState state, EffectiveState.Limits limits, long capabilities) {
    return new EffectiveState(
        state.pid(),
        state.image(),
        state.user(),
        state.hostUser(),
        state.ownUserNamespace(),
        state.ownNetworkNamespace(),
        capabilities,
        state.noNewPrivileges(),
        state.seccompMode(),
        state.readOnlyRoot(),
        state.mounts(),
        state.interfaces(),
        limits,
        state.environment(),
        state.command(),
        state.secrets(),
        state.labels());
  }
}
