package dev.claw.backend.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.BackendException;
import dev.claw.model.ContainerSpec;
import dev.claw.model.ExecResult;
import dev.claw.model.WayIn;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RequiresPodman
@Timeout(120)
class WayInIT extends OnPodman {
  /** Answers every connection with what it says, once it has said all of it. */
  private static final String SERVE =
      "nc -ll -p 8080 -e cat </dev/null >/dev/null 2>&1 &"
          + " while ! nc 127.0.0.1 8080 </dev/null; do :; done";

  private ExecResult inside(ContainerSpec spec, String script) throws Exception {
    return host.backend.exec(
        spec.id(), List.of("sh", "-c", script), Duration.ofSeconds(60), 64 << 10);
  }

  private static String say(Path socket, String text) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      if (!text.isEmpty()) {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        channel.shutdownOutput();
      }
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(host.runtime)) {
      return files
          .filter(file -> file.getFileName().toString().matches("(way-in-|in-).*"))
          .toList();
    }
  }

  @Test
  void leadsToThePortInsideAndNowhereElse() throws Exception {
    ContainerSpec spec = host.started();
    assertThat(inside(spec, SERVE).exitCode()).isZero();
    try (WayIn wayIn = host.backend.openWayIn(spec.id(), 8080);
        WayIn other = host.backend.openWayIn(spec.id(), 8081)) {
      assertThat(say(wayIn.socket(), "hello")).isEqualTo("hello");
      assertThat(say(other.socket(), "")).isEmpty();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(wayIn.socket())))
          .isEqualTo("rw-------");
      assertThat(inside(spec, "nc -w 2 192.0.2.1 80 </dev/null").exitCode()).isNotZero();
      // The agent reads the name in /proc/net/unix, but there is no such file where it is.
      assertThat(inside(spec, "ls " + wayIn.socket()).exitCode()).isNotZero();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void theRelayHasNoPrivilegeAndIsOutOfTheAgentsSight() throws Exception {
    ContainerSpec spec = host.started();
    try (WayIn _ = host.backend.openWayIn(spec.id(), 8080)) {
      Map<String, String> status =
          new ProcFiles(Path.of("/proc"), Long.toString(relay().process().pid())).status();
      for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
        assertThat(status).containsEntry(set, "0000000000000000");
      }
      assertThat(status).containsEntry("NoNewPrivs", "1");
      assertThat(
              new String(inside(spec, "cat /proc/[0-9]*/cmdline").stdout(), StandardCharsets.UTF_8))
          .doesNotContain("haproxy");
    }
  }

  @Test
  void stoppingThePodEndsIt() throws Exception {
    ContainerSpec spec = host.started();
    WayIn wayIn = host.backend.openWayIn(spec.id(), 8080);
    ProcessHandle relay = relay().process();
    host.backend.stopPod(spec.id());
    assertThat(relay.isAlive()).isFalse();
    assertThat(files()).isEmpty();
    wayIn.close();
    assertThatThrownBy(() -> host.backend.openWayIn(spec.id(), 8080))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("expected it running");
    assertThat(files()).isEmpty();
  }

  @Test
  void oneThatItsOwnerLeftIsTakenAwayByTheNext() throws Exception {
    ContainerSpec spec = host.started();
    WayIn left = host.backend.openWayIn(spec.id(), 8080);
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path config = config();
    String orphan =
        config
            .toString()
            .replace("-" + ProcessHandle.current().pid() + "-", "-" + dead.pid() + "-");
    Relays.end(List.of(relay()));
    Files.move(config, Path.of(orphan));
    Files.delete(left.socket());
    new ProcessBuilder("haproxy", "-D", "-f", orphan).inheritIO().start().waitFor();
    ProcessHandle relay = new Relays(Path.of("/proc")).of(Path.of(orphan)).getFirst().process();

    try (WayIn _ = host.backend.openWayIn(spec.id(), 8080)) {
      assertThat(relay.isAlive()).isFalse();
      assertThat(Path.of(orphan)).doesNotExist();
    }
  }

  private Path config() throws IOException {
    return files().stream().filter(file -> file.toString().endsWith(".cfg")).findFirst().get();
  }

  private Relays.Relay relay() throws IOException {
    return new Relays(Path.of("/proc")).of(config()).getFirst();
  }
}
