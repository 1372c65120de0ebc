package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentId;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AgentForwardTest {
  private static final AgentForward.Ports ANY = ports(0);

  @TempDir Path folder;
  private Fixture fixture;
  private ServerSocketChannel inside;

  @BeforeEach
  void open() throws Exception {
    fixture = Fixture.withCoder(folder);
    fixture.start();
    Path sockets = Files.createTempDirectory(Path.of("/tmp"), "cf");
    fixture.backend.wayIn = sockets.resolve("in.sock");
    inside = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    inside.bind(UnixDomainSocketAddress.of(fixture.backend.wayIn), 200);
  }

  @AfterEach
  void close() throws IOException {
    inside.close();
    Files.deleteIfExists(fixture.backend.wayIn);
    Files.delete(fixture.backend.wayIn.getParent());
  }

  private static AgentForward.Ports ports(int listen) {
    return new AgentForward.Ports(
        AgentForward.GATEWAY_PORT,
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), listen));
  }

  /** A forward in a thread of its own. */
  private final class Running {
    private final BlockingQueue<AgentForward.Opened> opened = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile @Nullable Exception failure;

    Running(AgentForward.Ports ports) {
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      new AgentForward(fixture.host).run(CODER, ports, opened::add);
                    } catch (Exception e) {
                      failure = e;
                    }
                  });
    }

    Optional<Exception> interrupted() throws InterruptedException {
      thread.interrupt();
      return ended();
    }

    Optional<Exception> ended() throws InterruptedException {
      thread.join();
      return Optional.ofNullable(failure);
    }
  }

  /** Answers each connection with all that it said, once it has said it. */
  private void echo() {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  SocketChannel channel = inside.accept();
                  Thread.ofVirtual().start(() -> echo(channel));
                }
              } catch (IOException e) {
                // closed
              }
            });
  }

  private static void echo(SocketChannel channel) {
    try (channel) {
      byte[] all = Channels.newInputStream(channel).readAllBytes();
      Channels.newOutputStream(channel).write(all);
    } catch (IOException e) {
      // the client went
    }
  }

  @Test
  void carriesAHundredConnectionsWithTheirHalfClosesUntilItIsInterrupted() throws Exception {
    echo();
    Running running = new Running(ANY);
    AgentForward.Opened opened = running.opened.take();
    assertThat(opened.token())
        .contains(
            new GatewayToken(fixture.host.home(), fixture.random).get(fixture.record(CODER).id()));
    List<Socket> sockets = new ArrayList<>();
    byte[] large = new byte[300_000];
    for (int i = 0; i < 100; i++) {
      sockets.add(new Socket(opened.listen().getAddress(), opened.listen().getPort()));
    }
    for (Socket socket : sockets.reversed()) {
      try (socket) {
        socket.getOutputStream().write(large);
        socket.shutdownOutput();
        assertThat(socket.getInputStream().readAllBytes()).isEqualTo(large);
      }
    }
    assertThat(running.interrupted()).isEmpty();
    assertThat(fixture.backend.calls)
        .contains("openWayIn " + fixture.record(CODER).id() + " 18789")
        .endsWith("closeWayIn " + fixture.record(CODER).id());
    assertThat(fixture.events(fixture.coder().audit()))
        .endsWith("agent.forward intent", "agent.forward DONE");
    assertThat(fixture.records(fixture.coder().audit()).getLast().event().details())
        .containsEntry("connections", 100L)
        .containsEntry("listenPort", (long) opened.listen().getPort());
  }

  @Test
  void anInterruptEndsConnectionsToAPortThatNeverAnswers() throws Exception {
    Running running = new Running(ANY);
    InetSocketAddress listen = running.opened.take().listen();
    try (Socket socket = new Socket(listen.getAddress(), listen.getPort());
        SocketChannel mute = inside.accept()) {
      socket.getOutputStream().write(1);
      assertThat(Channels.newInputStream(mute).read()).isEqualTo(1);
      assertThat(running.interrupted()).isEmpty();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThat(Channels.newInputStream(mute).readAllBytes()).isEmpty();
    }
  }

  @Test
  void endsWithASentenceWhenTheAgentStops() throws Exception {
    Running running = new Running(ANY);
    running.opened.take();
    AgentId id = fixture.record(CODER).id();
    fixture.backend.stopContainer(id, Duration.ZERO);
    fixture.backend.change(id);
    Exception failure = running.ended().orElseThrow();
    assertThat(failure).hasMessage("coder: it stopped, so the forward ended");
    assertThat(((SupervisorException) failure).reason()).isEqualTo(Reason.BACKEND);
    assertThat(fixture.events(fixture.coder().audit()))
        .endsWith("agent.forward intent", "agent.forward FAILED");
  }

  @Test
  void endsWithASentenceWhenTheWayInIsLost() throws Exception {
    Running running = new Running(ANY);
    InetSocketAddress listen = running.opened.take().listen();
    inside.close();
    try (Socket socket = new Socket(listen.getAddress(), listen.getPort())) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(running.ended().orElseThrow())
        .hasMessageStartingWith("coder: the way in was lost (");
  }

  @Test
  void refusesAPortThatIsTakenAndAnAgentThatDoesNotRun() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertRefused(
          Reason.CONFLICT,
          () ->
              new AgentForward(fixture.host).run(CODER, ports(taken.getLocalPort()), opened -> {}));
    }
    assertThat(fixture.backend.calls).noneMatch(call -> call.startsWith("openWayIn"));
    fixture.backend.stopContainer(fixture.record(CODER).id(), Duration.ZERO);
    assertRefused(
        Reason.CONFLICT, () -> new AgentForward(fixture.host).run(CODER, ANY, opened -> {}));
  }
}
