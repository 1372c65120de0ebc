package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** The way in to a real gateway. */
@RequiresPodman
@SharedAgent.Wanted
class ForwardIT {

  private static Command forward(SharedAgent agent, int port) {
    return agent
        .claw()
        .command("forward", agent.name(), "--local", Integer.toString(port))
        .signalled();
  }

  /** Where it listens, which it prints. */
  private static int port(RunningCommand forward) {
    forward.await("the URL", () -> forward.out().endsWith("/\n"));
    return URI.create(forward.out().strip()).getPort();
  }

  private static int health(int port) {
    try {
      return get(port, "/healthz").getResponseCode();
    } catch (IOException e) {
      return -1;
    }
  }

  private static HttpURLConnection get(int port, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
    connection.setReadTimeout(60_000);
    return connection;
  }

  private static String page(int port) throws IOException {
    try (InputStream in = get(port, "/").getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theGatewayAnswersOnTheHostsLoopbackUntilCtrlC(SharedAgent agent) throws IOException {
    try (RunningCommand first = forward(agent, 0).start();
        RunningCommand second = forward(agent, 0).start()) {
      int one = port(first);
      int two = port(second);
      first.await("the first to answer", () -> health(one) == 200);
      second.await("the second to answer", () -> health(two) == 200);
      Assertions.assertThat(page(one)).contains("<title>OpenClaw Control</title>");
      first.signal("INT");
      assertThat(first.result()).succeeds();
      Assertions.assertThat(health(one)).isEqualTo(-1);
      Assertions.assertThat(health(two)).isEqualTo(200);
      Assertions.assertThat(second.out() + second.err()).doesNotContain("token=");
    }
    assertThat(agent.claw().run("audit", "show", agent.name())).prints("agent.forward");
  }

  @Test
  void aPortThatIsTakenAndAnAgentThatIsNotThereAreSaid(SharedAgent agent) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertThat(forward(agent, taken.getLocalPort()).run()).exits(7).says(port);
    }
    assertThat(agent.claw().run("forward", "nobody-here")).exits(4).says("nobody-here");
    assertThat(agent.claw().run("forward", agent.name(), "99999")).exits(2);
  }
}
