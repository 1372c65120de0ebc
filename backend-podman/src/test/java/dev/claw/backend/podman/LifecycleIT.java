package dev.claw.backend.podman;

import static dev.claw.backend.podman.Host.LOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentContainer.State;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ContainerSpec;
import dev.claw.model.EffectiveState;
import dev.claw.model.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@RequiresPodman
class LifecycleIT extends OnPodman {

  @Test
  void goesFromNothingToRunningToNothing() throws Exception {
    ContainerSpec spec = host.spec();
    assertThat(host.backend.find(spec.id())).isEmpty();

    host.backend.create(spec, LOCK, host.seccomp());
    AgentContainer created = host.backend.find(spec.id()).orElseThrow();
    assertThat(created.state()).isEqualTo(State.CREATED);
    assertThat(created.startedAt()).isNull();
    assertThat(created.lock()).isEqualTo(LOCK);
    assertThat(created.image()).isEqualTo(image.digest());
    assertThat(created.name()).isEqualTo(spec.name());

    host.backend.start(spec.id());
    host.listening(spec);
    AgentContainer running = host.backend.find(spec.id()).orElseThrow();
    assertThat(running.state()).isEqualTo(State.RUNNING);
    assertThat(running.startedAt()).isNotNull();
    assertThat(host.backend.list()).contains(running);
    host.backend.start(spec.id());
    assertThat(host.backend.effectiveState(spec.id()).pid()).isPositive();

    host.backend.stopContainer(spec.id(), Duration.ofSeconds(20));
    AgentContainer stopped = host.backend.find(spec.id()).orElseThrow();
    assertThat(stopped.state()).isEqualTo(State.EXITED);
    assertThat(stopped.exitCode()).isZero();
    host.backend.stopContainer(spec.id(), Duration.ofSeconds(20));

    host.backend.remove(spec.id());
    assertThat(host.backend.find(spec.id())).isEmpty();
    assertThat(Podman.run("pod", "ps", "--format", "{{.Name}}")).doesNotContain(Host.pod(spec));
    host.backend.remove(spec.id());
  }

  @Test
  void restartKeepsTheNetworkNamespace() throws Exception {
    ContainerSpec spec = host.started();
    Path before = net(host.backend.effectiveState(spec.id()));

    host.backend.stopContainer(spec.id(), Duration.ofSeconds(20));
    host.backend.start(spec.id());

    assertThat(net(host.backend.effectiveState(spec.id()))).isEqualTo(before);
  }

  @Test
  void stoppingThePodEndsTheInfraContainerToo() throws Exception {
    ContainerSpec spec = host.started();
    host.backend.stopContainer(spec.id(), Duration.ofSeconds(20));
    host.backend.stopPod(spec.id());
    assertThat(podStatus(spec)).isEqualTo("Exited");

    host.backend.start(spec.id());
    assertThat(podStatus(spec)).isEqualTo("Running");
  }

  @Test
  void stopWaitsForAProgramThatTakesItsTime() throws Exception {
    try (TestImage slow =
        image.variant(
            "trap 'sleep 2; echo drained; exit 7' TERM; while :; do sleep 1 & wait $!; done")) {
      ContainerSpec spec = host.listening(host.started(host.withImage(host.spec(), slow)));
      host.backend.stopContainer(spec.id(), Duration.ofSeconds(60));
      assertThat(host.backend.find(spec.id()).orElseThrow().exitCode()).isEqualTo(7);
      host.backend.remove(spec.id());
    }
  }

  @Test
  void stopKillsAProgramThatIgnoresIt() throws Exception {
    try (TestImage deaf = image.variant("trap '' TERM; while :; do sleep 1000; done")) {
      ContainerSpec spec = host.started(host.withImage(host.spec(), deaf));
      host.backend.stopContainer(spec.id(), Duration.ofSeconds(1));
      AgentContainer stopped = host.backend.find(spec.id()).orElseThrow();
      assertThat(stopped.state()).isEqualTo(State.EXITED);
      assertThat(stopped.exitCode()).isEqualTo(137);
      host.backend.remove(spec.id());
    }
  }

  @Test
  void aMissingSecretLeavesNothingBehind() throws Exception {
    ContainerSpec spec =
        host.withSecrets(
            host.spec(), List.of(new Secret("claw-it-none", new Secret.Target.Environment("T"))));
    assertThatThrownBy(() -> host.backend.create(spec, LOCK, host.seccomp()))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("claw-it-none")
        .extracting(e -> ((BackendException) e).kind())
        .isEqualTo(Kind.NOT_FOUND);
    assertNothingOf(spec);
  }

  @Test
  void aFailureAfterThePodLeavesNothingBehind() throws Exception {
    ContainerSpec spec = host.spec();
    BackendException failure =
        catchThrowableOfType(
            BackendException.class,
            () -> {
              host.backend.create(spec, LOCK, Path.of("/nonexistent/seccomp.json"));
              host.backend.start(spec.id());
            });
    assertThat(failure).hasMessageContaining("seccomp.json");
    assertNothingOf(spec);
  }

  @Test
  void aPodThatWasLeftHalfWayIsMadeAgain() throws Exception {
    ContainerSpec spec = host.spec();
    Podman.run(
        "pod",
        "create",
        "--name",
        Host.pod(spec),
        "--label",
        "claw.id=" + spec.id(),
        "--network",
        "none");
    host.started(spec);
    assertThat(host.backend.find(spec.id()).orElseThrow().state()).isEqualTo(State.RUNNING);
  }

  @Test
  void ofTwoCreatesAtOnceOneMakesIt() throws Exception {
    ContainerSpec spec = host.spec();
    Callable<String> create =
        () -> {
          try (PodmanBackend other = host.open()) {
            other.create(spec, LOCK, host.seccomp());
            return "made";
          } catch (BackendException e) {
            return e.kind().toString();
          }
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<String> outcomes =
          threads.invokeAll(List.of(create, create)).stream().map(Future::resultNow).toList();
      assertThat(outcomes).containsExactlyInAnyOrder("made", "CONFLICT");
    }
    host.backend.start(spec.id());
    assertThat(host.backend.effectiveState(spec.id()).pid()).isPositive();
  }

  @Test
  void goesOnWithANewServiceWhenTheOldOneIsKilled() throws Exception {
    ContainerSpec spec = host.started();
    ProcessHandle service =
        ProcessHandle.allProcesses()
            .filter(
                process ->
                    process
                        .info()
                        .commandLine()
                        .orElse("")
                        .contains("unix://" + host.runtime.resolve("podman.sock")))
            .findFirst()
            .orElseThrow();
    service.destroyForcibly();
    service.onExit().join();

    assertThat(host.backend.find(spec.id()).orElseThrow().state()).isEqualTo(State.RUNNING);
    assertThat(Files.exists(host.runtime.resolve("podman.sock"))).isTrue();
  }

  @Test
  void aPausedContainerStopsAllTheSame() throws Exception {
    ContainerSpec spec = host.listening(host.started());
    if (!host.backend.info().cgroupControllers().contains("pids")) {
      // The freezer is in every v2 cgroup, but without systemd Podman leaves a rootless container
      // in the cgroup of its caller (one can be had with --cgroup-parent only), and crun pauses
      // nothing that shares its cgroup with others.
      assertThatThrownBy(() -> Podman.run("pause", Host.container(spec)))
          .hasMessageContaining("without a cgroup");
      assertThat(host.backend.find(spec.id()).orElseThrow().state()).isEqualTo(State.RUNNING);
      host.backend.stopContainer(spec.id(), Duration.ofSeconds(20));
      assertThat(host.backend.find(spec.id()).orElseThrow().exitCode()).isZero();
      return;
    }
    Podman.run("pause", Host.container(spec));
    assertThat(host.backend.find(spec.id()).orElseThrow().state()).isEqualTo(State.PAUSED);
    host.backend.stopContainer(spec.id(), Duration.ofSeconds(20));
    assertThat(host.backend.find(spec.id()).orElseThrow().exitCode()).isZero();
    host.backend.start(spec.id());
    Podman.run("pause", Host.container(spec));
    host.backend.stopPod(spec.id());
    assertThat(podStatus(spec)).isEqualTo("Exited");
  }

  @Test
  void onlyAnOpenProfileHasANetwork() throws Exception {
    ContainerSpec spec = host.started(host.open(host.spec()));
    assertThat(host.backend.effectiveState(spec.id()).interfaces())
        .contains("lo")
        .hasSizeGreaterThan(1);
  }

  private static Path net(EffectiveState state) throws Exception {
    return Files.readSymbolicLink(Path.of("/proc/" + state.pid() + "/ns/net"));
  }

  private static String podStatus(ContainerSpec spec) throws Exception {
    return Podman.run("pod", "inspect", "--format", "{{.State}}", Host.pod(spec));
  }

  private static void assertNothingOf(ContainerSpec spec) throws Exception {
    assertThat(Podman.run("pod", "ps", "--format", "{{.Name}}")).doesNotContain(Host.pod(spec));
    assertThat(Podman.run("ps", "--all", "--format", "{{.Names}}"))
        .doesNotContain(Host.container(spec));
  }
}
