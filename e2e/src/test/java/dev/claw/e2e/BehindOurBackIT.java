package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What somebody does to containers with Podman itself. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BehindOurBackIT {
  @AutoClose private final Claw claw = Claw.fresh().tolerant();
  private final String agent = claw.create("reviewer");

  private void running() {
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
  }

  private String state() {
    CommandResult status = claw.run("status", agent, "--json");
    assertThat(status).succeeds();
    return status.json().path("state").asText();
  }

  private static CommandResult podman(String... arguments) {
    return new Command(List.of(arguments)).under("podman").run();
  }

  @Test
  void aContainerThatWasStopped() {
    running();
    assertThat(podman("stop", "--time", "0", Claw.container(agent))).succeeds();
    Assertions.assertThat(state()).isIn("stopped", "failed");
    assertThat(claw.run("exec", agent, "--", "true")).exits(7).says("claw start");
    running();
    Assertions.assertThat(state()).isEqualTo("running");
  }

  @Test
  void aContainerThatWasRemoved() {
    running();
    assertThat(podman("rm", "--force", "--time", "0", Claw.container(agent))).succeeds();
    Assertions.assertThat(state()).isEqualTo("stopped");
    assertThat(claw.run("stop", agent)).succeeds();
    running();
    Assertions.assertThat(state()).isEqualTo("running");
  }

  @Test
  void aPodThatWasRemoved() {
    running();
    assertThat(podman("pod", "rm", "--force", "--time", "0", Claw.pod(agent))).succeeds();
    Assertions.assertThat(state()).isEqualTo("stopped");
    running();
    assertThat(claw.run("exec", agent, "--", "cat", "/proc/net/dev"))
        .succeeds()
        .doesNotPrint("eth0", "tap0");
  }

  @Test
  void aContainerThatWasPaused() {
    running();
    CommandResult paused = podman("pause", Claw.container(agent));
    if (paused.exitCode() != 0) {
      // Without systemd the container shares a cgroup, and crun pauses nothing that does.
      assertThat(paused).says("without a cgroup");
      Assertions.assertThat(state()).isEqualTo("running");
      return;
    }
    Assertions.assertThat(state()).isEqualTo("paused");
    assertThat(claw.run("start", agent)).exits(7).says("podman unpause");
    assertThat(claw.run("exec", agent, "--", "true")).exits(7);
    assertThat(claw.run("stop", "--now", agent)).succeeds();
    Assertions.assertThat(state()).isNotEqualTo("paused");
    running();
  }

  @Test
  void aContainerOfTheSameName() {
    String taken = claw.create("reviewer");
    foreign(taken);
  }

  @Test
  void aContainerThatPassesForTheAgentUnderAnotherId() {
    String taken = claw.create("reviewer");
    foreign(
        taken,
        "--label",
        "claw.agent=" + taken,
        "--label",
        "claw.id=00000000000000000000000000000000",
        "--label",
        "claw.lock=sha256:" + "0".repeat(64),
        "--label",
        "claw.network=allowlist");
  }

  /** It is named, never started, stopped or removed, and does not keep the agent from going. */
  private void foreign(String taken, String... labels) {
    List<String> words =
        new ArrayList<>(List.of("podman", "create", "--name", Claw.container(taken)));
    words.addAll(List.of(labels));
    words.addAll(List.of(RequiresPodman.IMAGE, "true"));
    CommandResult made = new Command(words).run();
    assertThat(made).succeeds();
    String id = made.out().strip();
    assertThat(claw.run("start", "--no-wait", taken))
        .exits(7)
        .says(Claw.container(taken), "does not touch")
        .printsNothing();
    assertThat(claw.run("status", taken)).succeeds().prints("stopped");
    assertThat(claw.run("stop", taken)).succeeds();
    assertThat(claw.run("exec", taken, "--", "true")).exits(7);
    assertThat(claw.run("delete", "--force", taken)).succeeds();
    CommandResult after = podman("inspect", "--format", "{{.Id}} {{.State.Status}}", id);
    assertThat(after).succeeds().prints(id);
    Assertions.assertThat(after.out()).containsAnyOf("created", "configured");
    assertThat(podman("rm", id)).succeeds();
    Assertions.assertThat(podman("secret", "inspect", claw.secret(taken)).exitCode())
        .as("the secret of a deleted agent is gone")
        .isNotZero();
  }

  @Test
  void aContainerWithOurLabelsUnderAnotherName() {
    String copied = claw.create("reviewer");
    String name = copied + "-copy";
    CommandResult made =
        podman(
            "create",
            "--name",
            name,
            "--label",
            "claw.agent=" + copied,
            "--label",
            "claw.id=" + claw.id(copied),
            "--label",
            "claw.lock=sha256:" + "0".repeat(64),
            "--label",
            "claw.network=offline",
            RequiresPodman.IMAGE,
            "sleep",
            "1000");
    assertThat(made).succeeds();
    try {
      for (String command : List.of("start", "delete")) {
        assertThat(claw.run(command, copied)).exits(7).says(name, "does not touch").printsNothing();
      }
      assertThat(podman("container", "exists", name)).succeeds();
    } finally {
      podman("rm", "--force", name);
    }
    assertThat(claw.run("delete", copied)).succeeds();
  }

  @Test
  void deleteTakesTheSecretAlongWhenTheContainerIsGone() {
    String gone = claw.create("reviewer");
    assertThat(claw.run("start", "--no-wait", gone)).succeeds();
    assertThat(podman("secret", "inspect", claw.secret(gone))).succeeds();
    assertThat(podman("pod", "rm", "--force", "--time", "0", Claw.pod(gone))).succeeds();
    assertThat(claw.run("delete", gone)).succeeds();
    Assertions.assertThat(podman("secret", "inspect", claw.secret(gone)).exitCode()).isNotZero();
    assertThat(claw.run("trash", "restore", gone)).succeeds();
    assertThat(claw.run("start", "--no-wait", gone)).succeeds();
  }
}
