package dev.claw.backend.podman;

import static dev.claw.backend.podman.Host.LOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AddressText;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EgressRule;
import dev.claw.model.Endpoint;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs are one busybox under several names: its own, and copies in the workspace. */
@RequiresPodman
@Timeout(120)
class ProgramsIT extends OnPodman {
  private DoorServer server;
  private ContainerSpec spec;
  private Path workspace;

  @BeforeEach
  void open() throws Exception {
    server = new DoorServer(host.runtime.resolve("egress.sock"));
    spec = host.spec();
    workspace = Path.of(spec.mounts().getFirst().source());
    copy(workspace.resolve("nc"));
    copy(workspace.resolve("sleep"));
    host.backend.create(spec, LOCK, host.seccomp());
    host.backend.startNamespaces(spec.id());
    host.backend.openDoor(spec.id(), server.socket());
    host.backend.start(spec.id());
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  private static void copy(Path to) throws Exception {
    Files.copy(busybox(), to);
    assertThat(to.toFile().setExecutable(true)).isTrue();
  }

  private static Path busybox() {
    return Files.exists(Path.of("/bin/busybox"))
        ? Path.of("/bin/busybox")
        : Path.of("/usr/bin/busybox");
  }

  /**
   * Who holds the connection that the script opens and keeps, once it is who is expected: a program
   * that is to take it over may do so after the connection is there.
   */
  private Optional<EgressRule.Program> asked(String script, Optional<EgressRule.Program> expected)
      throws Exception {
    host.backend.exec(
        spec.id(),
        List.of("sh", "-c", "(" + script + ") </dev/null >/dev/null 2>&1 &"),
        Duration.ofSeconds(30),
        1024);
    DoorServer.Announced connection = server.next();
    Deadline deadline = Deadline.after(Duration.ofMinutes(1));
    Optional<EgressRule.Program> found;
    do {
      found =
          host.backend.findProgram(
              spec.id(), end(connection.source()), end(connection.destination()));
    } while (!found.equals(expected) && !deadline.isOver());
    return found;
  }

  private static Endpoint end(InetSocketAddress end) {
    return new Endpoint(AddressText.of(end.getAddress().getAddress()), end.getPort());
  }

  private EgressRule.Program program(String path) throws Exception {
    return new EgressRule.Program(path, Digest.of(Files.readAllBytes(busybox())).value());
  }

  @ParameterizedTest
  @CsvSource({
    "sleep 60 | nc 192.0.2.1 443, /bin/busybox",
    "sleep 60 | nc 127.0.0.1 3128, /bin/busybox",
    "sleep 60 | /workspace/nc 192.0.2.1 443, /workspace/nc",
    "nc 192.0.2.1 443 -e /workspace/sleep 60, /workspace/sleep",
  })
  void sayWhichProgramHoldsAConnection(String script, String path) throws Exception {
    Optional<EgressRule.Program> holder = Optional.of(program(path));
    assertThat(asked(script, holder)).isEqualTo(holder);
  }

  @Test
  void aScriptIsItsInterpreter() throws Exception {
    copy(workspace.resolve("sh"));
    Path script = workspace.resolve("script");
    Files.writeString(script, "#!/workspace/sh\nread line\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    Optional<EgressRule.Program> holder = Optional.of(program("/workspace/sh"));
    assertThat(asked("nc 192.0.2.1 443 -e /workspace/script", holder)).isEqualTo(holder);
  }

  @Test
  void whatTwoProgramsHoldIsNobodys() throws Exception {
    String script = "nc 192.0.2.1 443 -e sh -c '/workspace/sleep 60; true'";
    assertThat(asked(script, Optional.empty())).isEmpty();
  }

  @Test
  void aConnectionThatIsNotThereIsNobodys() throws Exception {
    Optional<EgressRule.Program> holder = Optional.of(program("/bin/busybox"));
    assertThat(asked("sleep 60 | nc 192.0.2.1 443", holder)).isEqualTo(holder);
    assertThat(
            host.backend.findProgram(
                spec.id(), new Endpoint("100.64.0.1", 1), new Endpoint("192.0.2.1", 443)))
        .isEmpty();
  }
}
