package dev.claw.backend.podman;

import static dev.claw.backend.podman.Host.LOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.BackendException;
import dev.claw.model.ContainerSpec;
import dev.claw.model.ExecResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresPodman
class DoorIT extends OnPodman {
  private DoorServer server;

  @BeforeEach
  void open() throws Exception {
    server = new DoorServer(host.runtime.resolve("egress.sock"));
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  private ContainerSpec withDoor() throws Exception {
    ContainerSpec spec = host.spec();
    host.backend.create(spec, LOCK, host.seccomp());
    host.backend.startNamespaces(spec.id());
    host.backend.openDoor(spec.id(), server.socket());
    host.backend.start(spec.id());
    return spec;
  }

  private ExecResult inside(ContainerSpec spec, String script) throws Exception {
    return host.backend.exec(
        spec.id(), List.of("sh", "-c", script), Duration.ofSeconds(30), 64 << 10);
  }

  private String said(ContainerSpec spec, String script) throws Exception {
    return new String(inside(spec, script).stdout(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "93.184.216.34,443",
    "10.1.2.3,22",
    "169.254.169.254,80",
    "100.64.0.1,18789",
    "198.18.0.1,53",
    "255.1.2.3,1",
    "127.0.0.1,3128",
    "127.0.0.1,3129"
  })
  void everyConnectionArrivesWithItsDestination(String address, int port) throws Exception {
    ContainerSpec spec = withDoor();
    assertThat(said(spec, "echo hello | nc -w 5 " + address + " " + port))
        .isEqualTo(address + ":" + port + " hello\n");
  }

  @Test
  void whatTheAgentServesItselfStaysItsOwn() throws Exception {
    ContainerSpec spec = withDoor();
    assertThat(
            said(
                spec,
                "echo mine | nc -l -p 8080 127.0.0.1 & until nc -w 30 127.0.0.1 8080; do :; done"))
        .isEqualTo("mine\n");
    assertThat(server.connections()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo x | nc -u -w 1 8.8.8.8 53",
        "ping -c 1 -W 1 8.8.8.8",
        "nc -w 1 2606:2800:220:1::1 443 </dev/null",
        "ip route del default",
        "ip addr add 10.0.0.1/8 dev lo",
        "ip link set lo down",
      })
  void nothingElseLeaves(String command) throws Exception {
    ContainerSpec spec = withDoor();
    assertThat(inside(spec, command).exitCode()).isNotZero();
    assertThat(said(spec, "echo still | nc -w 5 192.0.2.1 80")).isEqualTo("192.0.2.1:80 still\n");
  }

  @Test
  void theRelayHasNoPrivilegeAndIsOutOfTheAgentsSight() throws Exception {
    ContainerSpec spec = withDoor();
    ProcFiles relay = new ProcFiles(Path.of("/proc"), Long.toString(relay(spec).pid()));
    Map<String, String> status = relay.status();
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      assertThat(status).containsEntry(set, "0000000000000000");
    }
    assertThat(status).containsEntry("NoNewPrivs", "1");
    assertThat(said(spec, "cat /proc/[0-9]*/cmdline")).doesNotContain("haproxy");
  }

  @Test
  void theDoorOutlivesARestartOfTheContainer() throws Exception {
    ContainerSpec spec = withDoor();
    long relay = relay(spec).pid();
    host.backend.stopContainer(spec.id(), Duration.ofSeconds(5));
    host.backend.startNamespaces(spec.id());
    host.backend.openDoor(spec.id(), server.socket());
    host.backend.start(spec.id());
    assertThat(relay(spec).pid()).isEqualTo(relay);
    assertThat(said(spec, "echo again | nc -w 5 192.0.2.1 80")).isEqualTo("192.0.2.1:80 again\n");
  }

  @Test
  void aLostRelayIsSeenAndBuiltAgainWithoutTouchingTheAgent() throws Exception {
    ContainerSpec spec = withDoor();
    long agent = host.backend.effectiveState(spec.id()).pid();
    ProcessHandle relay = relay(spec);
    relay.destroyForcibly();
    relay.onExit().get();
    assertThat(host.backend.isDoorOpen(spec.id())).isFalse();
    assertThat(inside(spec, "echo x | nc -w 2 192.0.2.1 80").exitCode()).isNotZero();

    host.backend.openDoor(spec.id(), server.socket());
    assertThat(host.backend.isDoorOpen(spec.id())).isTrue();
    assertThat(said(spec, "echo back | nc -w 5 192.0.2.1 80")).isEqualTo("192.0.2.1:80 back\n");
    assertThat(host.backend.effectiveState(spec.id()).pid()).isEqualTo(agent);
  }

  @Test
  void theEndOfItsRelayIsNoticed() throws Exception {
    ContainerSpec spec = withDoor();
    CompletableFuture<Void> end = host.backend.doorEnd(spec.id()).toCompletableFuture();
    assertThat(end).isNotDone();
    relay(spec).destroyForcibly();
    end.get(1, TimeUnit.MINUTES);
    assertThat(host.backend.doorEnd(spec.id()).toCompletableFuture().get(1, TimeUnit.MINUTES))
        .as("there is none")
        .isNull();
  }

  @Test
  void aClawWithAnotherRuntimeFolderKnowsTheSameRelay() throws Exception {
    ContainerSpec spec = withDoor();
    long first = relay(spec).pid();
    Path folder = Files.createDirectory(host.runtime.resolve("other"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    try (PodmanBackend other = host.openIn(folder);
        DoorServer elsewhere = new DoorServer(folder.resolve("egress.sock"))) {
      assertThat(other.isDoorOpen(spec.id())).isTrue();
      other.openDoor(spec.id(), server.socket());
      assertThat(relay(spec).pid()).as("it leads there already").isEqualTo(first);
      other.openDoor(spec.id(), elsewhere.socket());
      assertThat(relay(spec).pid()).as("it led elsewhere").isNotEqualTo(first);
      assertThat(said(spec, "echo there | nc -w 5 192.0.2.1 80")).isEqualTo("192.0.2.1:80 there\n");
      assertThat(elsewhere.connections()).isEqualTo(1);
    }
    ProcessHandle second = relay(spec);
    host.backend.stopPod(spec.id());
    assertThat(second.isAlive()).isFalse();
  }

  @Test
  void nobodyServingTheSocketIsNoWayOut() throws Exception {
    ContainerSpec spec = withDoor();
    server.close();
    assertThat(said(spec, "echo x | nc -w 5 192.0.2.1 80")).isEmpty();
    server = new DoorServer(server.socket());
    assertThat(said(spec, "echo x | nc -w 5 192.0.2.1 80")).isEqualTo("192.0.2.1:80 x\n");
  }

  @Test
  void stoppingThePodEndsTheRelay() throws Exception {
    ContainerSpec spec = withDoor();
    ProcessHandle relay = relay(spec);
    host.backend.stopPod(spec.id());
    assertThat(relay.isAlive()).isFalse();
    try (Stream<Path> files = Files.list(host.runtime)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("door-"))).isEmpty();
    }
  }

  @Test
  void refusesADoorWhereNothingRuns() throws Exception {
    ContainerSpec spec = host.spec();
    host.backend.create(spec, LOCK, host.seccomp());
    assertThatThrownBy(() -> host.backend.openDoor(spec.id(), server.socket()))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("expected it running");
    assertThatThrownBy(() -> host.backend.openDoor(spec.id(), Path.of("/tmp/a\"b")))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("without quotes");
  }

  private ProcessHandle relay(ContainerSpec spec) throws IOException {
    List<Relays.Relay> relays =
        new Relays(Path.of("/proc")).of(host.runtime.resolve("door-" + spec.id() + ".cfg"));
    assertThat(relays).hasSize(1);
    return relays.getFirst().process();
  }
}
