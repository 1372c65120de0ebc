package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.Digest;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.ScriptedBackend.Made;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AgentStartTest extends AgentStartScene {
  private static final AgentName OTHER = new AgentName("other");

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

  private void create(NetworkProfile network, ModelPolicy models) throws Exception {
    fixture().network = network;
    fixture().models = models;
    fixture().create(OTHER);
  }

  private AgentStart.Report startOther() throws Exception {
    return new AgentStart(fixture().host).start(OTHER, fixture().options());
  }

  @Test
  void onAnOpenNetworkTheDoorIsForItsModel() throws Exception {
    create(NetworkProfile.OPEN, fixture().models);
    backend().failIn("openDoor", BackendException.Kind.FAILED);
    assertThat(startOther().closed().orElseThrow()).startsWith("NO WAY TO ITS MODEL: ");
    backend().failIn("");
    assertThat(startOther().closed()).isEmpty();
    assertThat(fixture().egress.served).containsExactly(OTHER, OTHER);
    assertThat(backend().isDoorOpen(fixture().record(OTHER).id())).isTrue();
  }

  @Test
  void whoHasNothingToReachThroughADoorGetsNone() throws Exception {
    create(NetworkProfile.OPEN, new ModelPolicy("", List.of()));
    assertThat(startOther().closed()).isEmpty();
    assertThat(fixture().egress.served).isEmpty();
    assertThat(backend().methods()).doesNotContain("openDoor");
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
    assertThat(report.closed().orElseThrow()).startsWith("NO WAY OUT: ");
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
}
