package dev.claw.backend.podman;

import static dev.claw.backend.podman.Host.LOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.ContainerSpec;
import dev.claw.model.ExecResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The door of an agent with an ordinary network takes its model calls and leaves it the rest. */
@RequiresPodman
class OpenDoorIT extends OnPodman {
  private DoorServer server;

  @BeforeEach
  void open() throws Exception {
    server = new DoorServer(host.runtime.resolve("egress.sock"));
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  /** Of IPv4 alone: with IPv6 a router may announce addresses at any time. */
  private static final String ROUTES = "ip -4 route show table all; ip -4 -o addr";

  private ContainerSpec withoutDoor() throws Exception {
    ContainerSpec spec = host.open(host.spec());
    host.backend.create(spec, LOCK, host.seccomp());
    host.backend.startNamespaces(spec.id());
    host.backend.start(spec.id());
    return spec;
  }

  private ContainerSpec withDoor() throws Exception {
    ContainerSpec spec = withoutDoor();
    host.backend.openDoor(spec.id(), server.socket());
    return spec;
  }

  private ExecResult inside(ContainerSpec spec, String script) throws Exception {
    return host.backend.exec(
        spec.id(), List.of("sh", "-c", script), Duration.ofSeconds(30), 64 << 10);
  }

  private String said(ContainerSpec spec, String script) throws Exception {
    return new String(inside(spec, script).stdout(), StandardCharsets.UTF_8);
  }

  private static String address() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(Inet4Address.class::isInstance)
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .map(InetAddress::getHostAddress)
        .findFirst()
        .orElseThrow(() -> new AssertionError("expected an address of this host, found none"));
  }

  @Test
  void modelCallsArriveAndNothingElseDoes() throws Exception {
    ContainerSpec spec = withDoor();
    assertThat(said(spec, "echo hello | nc -w 5 127.0.0.1 3129"))
        .isEqualTo("127.0.0.1:3129 hello\n");
    assertThat(inside(spec, "nc -w 5 127.0.0.1 3128 </dev/null").exitCode())
        .as("no proxy stands there")
        .isNotZero();
    try (ServerSocket elsewhere = new ServerSocket(0)) {
      Thread.ofVirtual().start(() -> answer(elsewhere));
      assertThat(
              said(spec, "nc -w 5 " + address() + " " + elsewhere.getLocalPort() + " </dev/null"))
          .isEqualTo("no door\n");
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  private static void answer(ServerSocket server) {
    try (Socket connection = server.accept()) {
      connection.getOutputStream().write("no door\n".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void routesAndAddressesStayAsPodmanMadeThem() throws Exception {
    ContainerSpec spec = withoutDoor();
    String before = said(spec, ROUTES);
    assertThat(before).contains("default");
    host.backend.openDoor(spec.id(), server.socket());
    assertThat(said(spec, ROUTES)).isEqualTo(before);
  }

  @Test
  void aLostRelayIsBuiltAgainInTheSameShape() throws Exception {
    ContainerSpec spec = withDoor();
    ProcessHandle relay = relay(spec);
    relay.destroyForcibly();
    relay.onExit().get();
    assertThat(host.backend.isDoorOpen(spec.id())).isFalse();
    host.backend.openDoor(spec.id(), server.socket());
    assertThat(said(spec, "echo back | nc -w 5 127.0.0.1 3129")).isEqualTo("127.0.0.1:3129 back\n");
    assertThat(inside(spec, "nc -w 5 127.0.0.1 3128 </dev/null").exitCode()).isNotZero();

    ProcessHandle second = relay(spec);
    assertThat(new ProcFiles(Path.of("/proc"), Long.toString(second.pid())).status())
        .containsEntry("CapEff", "0000000000000000")
        .containsEntry("NoNewPrivs", "1");
    host.backend.stopPod(spec.id());
    assertThat(second.isAlive()).isFalse();
  }

  private ProcessHandle relay(ContainerSpec spec) throws IOException {
    List<Relays.Relay> relays =
        new Relays(Path.of("/proc")).of(host.runtime.resolve("door-" + spec.id() + ".cfg"));
    assertThat(relays).hasSize(1);
    return relays.getFirst().process();
  }
}
