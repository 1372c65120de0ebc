package dev.claw.backend.podman;

import static dev.claw.backend.podman.Host.LOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ContainerSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is not claw's stays as it is, and claw says so. */
@RequiresPodman
class OwnershipIT extends OnPodman {
  private final List<List<String>> foreign = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (List<String> thing : foreign) {
      Podman.run(thing.toArray(String[]::new));
    }
  }

  @Test
  void aContainerWithTheNameButNoLabelIsLeftAlone() throws Exception {
    ContainerSpec spec = host.spec();
    byHand("--name", Host.container(spec));
    BackendException refused = refused(() -> create(spec));
    assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(refused)
        .hasMessageContaining(Host.container(spec))
        .hasMessageContaining("without claw's labels")
        .hasMessageContaining("podman rm");
    host.backend.remove(spec.id());
    assertThat(exists(Host.container(spec))).isTrue();
    assertThat(host.backend.find(spec.id())).isEmpty();
  }

  @Test
  void aPodWithTheNameOfAnotherAgentIsLeftAlone() throws Exception {
    ContainerSpec spec = host.spec();
    AgentId other = new AgentId("0".repeat(32));
    Podman.run(
        "pod",
        "create",
        "--network",
        "none",
        "--name",
        Host.pod(spec),
        "--label",
        "claw.id=" + other);
    foreign.add(List.of("pod", "rm", "--force", Host.pod(spec)));
    BackendException refused = refused(() -> create(spec));
    assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(refused).hasMessageContaining(other.value()).hasMessageContaining("podman pod rm");
    host.backend.remove(spec.id());
    Podman.run("pod", "exists", Host.pod(spec));
  }

  @Test
  void aHandMadeContainerWithTheIdIsNoAgent() throws Exception {
    ContainerSpec spec = host.spec();
    String name = "it-hand-" + spec.name();
    byHand("--name", name, "--label", "claw.id=" + spec.id(), "--label", "claw.agent=x");
    for (ThrowingCallable act :
        List.<ThrowingCallable>of(
            () -> host.backend.find(spec.id()),
            () -> create(spec),
            () -> host.backend.start(spec.id()),
            () -> host.backend.stopContainer(spec.id(), Duration.ZERO),
            () -> host.backend.stopPod(spec.id()),
            () -> host.backend.remove(spec.id()))) {
      BackendException refused = refused(act);
      assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
      assertThat(refused).hasMessageContaining(name);
    }
    assertThat(host.backend.list()).extracting(AgentContainer::id).doesNotContain(spec.id());
    assertThat(exists(name)).isTrue();
    Podman.run("rm", "--force", name);
    foreign.clear();
  }

  @Test
  void ofTwoContainersWithOneIdNeitherIsTouched() throws Exception {
    ContainerSpec spec = host.started();
    String name = "it-twin-" + spec.name();
    byHand("--name", name, "--label", "claw.id=" + spec.id());
    BackendException refused = refused(() -> host.backend.stopContainer(spec.id(), Duration.ZERO));
    assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(refused).hasMessageContaining(name).hasMessageContaining(Host.container(spec));
    assertThat(refused(() -> host.backend.remove(spec.id())).kind()).isEqualTo(Kind.CONFLICT);
    assertThat(Podman.run("inspect", "--format", "{{.State.Running}}", Host.container(spec)))
        .isEqualTo("true");
    assertThat(exists(name)).isTrue();
    Podman.run("rm", "--force", name);
    foreign.clear();
    assertThat(host.backend.find(spec.id())).isPresent();
  }

  @Test
  void aRenamedContainerIsStillTheAgents() throws Exception {
    ContainerSpec spec = host.started();
    Podman.run("rename", Host.container(spec), "it-renamed-" + spec.name());
    assertThat(host.backend.effectiveState(spec.id()).labels())
        .containsEntry("claw.id", spec.id().value());
    BackendException refused = refused(() -> create(spec));
    assertThat(refused.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(refused).hasMessageContaining("it-renamed-" + spec.name());
    host.backend.remove(spec.id());
    assertThat(exists("it-renamed-" + spec.name())).isFalse();
  }

  @Test
  void aContainerThatWasRemovedIsSaidToBeGone() throws Exception {
    ContainerSpec spec = host.started();
    Podman.run("rm", "--force", "--time", "0", Host.container(spec));
    assertThat(host.backend.find(spec.id())).isEmpty();
    BackendException gone = refused(() -> host.backend.start(spec.id()));
    assertThat(gone.kind()).isEqualTo(Kind.NOT_FOUND);
    assertThat(gone).hasMessageContaining("removed behind claw's back");
    create(spec);
    assertThat(host.backend.find(spec.id()).orElseThrow().state()).isEqualTo(State.CREATED);
  }

  @Test
  void runsTheImageOfTheDigestThoughItsNameHasMovedOn() throws Exception {
    try (TestImage first = image.variant("sleep 1000")) {
      ContainerSpec spec = host.withImage(host.spec(), first);
      Podman.run("tag", image.reference(), first.reference());
      assertThat(TestImage.digestOf(first.reference())).isEqualTo(image.digest());
      host.started(spec);
      assertThat(host.backend.effectiveState(spec.id()).image()).isEqualTo(first.digest());
      assertThat(host.backend.find(spec.id()).orElseThrow().image()).isEqualTo(first.digest());
      assertThat(refused(() -> host.backend.removeImage(first.digest())).kind())
          .isEqualTo(Kind.CONFLICT);
      host.backend.remove(spec.id());
      host.backend.removeImage(first.digest());
      assertThat(host.backend.listImages()).noneMatch(i -> i.digest().equals(first.digest()));
      assertThat(refused(() -> create(spec)).kind()).isEqualTo(Kind.NOT_FOUND);
    }
  }

  private void create(ContainerSpec spec) throws BackendException {
    host.backend.create(spec, LOCK, host.seccomp());
  }

  private void byHand(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("create", "--network", "none"));
    command.addAll(List.of(options));
    command.addAll(List.of(image.reference(), "sleep", "1000"));
    Podman.run(command.toArray(String[]::new));
    foreign.add(List.of("rm", "--force", options[1]));
  }

  private static boolean exists(String container) throws Exception {
    return Podman.run("ps", "--all", "--format", "{{.Names}}").lines().anyMatch(container::equals);
  }

  private static BackendException refused(ThrowingCallable act) {
    return catchThrowableOfType(BackendException.class, act);
  }
}
