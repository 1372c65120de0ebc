package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What changes for an agent while it runs, without touching its container. */
@RequiresPodman
class PolicyLiveIT {
  private static final ExecutorService THREADS = Executors.newCachedThreadPool();
  private static HttpServer server;
  private static Claw claw;
  private static Path template;
  private static String agent;
  private static String container;

  @BeforeAll
  static void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(THREADS);
    server.createContext(
        "/hello",
        exchange -> {
          byte[] answer = "good day".getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, answer.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(answer);
          }
        });
    server.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            while (true) {
              body.write("tick\n".getBytes(StandardCharsets.US_ASCII));
              body.flush();
              Thread.sleep(20);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    claw = Claw.fresh().tolerant();
    template = claw.home().resolve("templates/live.yaml");
    rules("");
    agent = claw.create("live");
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
    container = containerId();
  }

  @AfterAll
  static void stop() {
    claw.close();
    server.stop(0);
    THREADS.shutdownNow();
  }

  @BeforeEach
  void nothingIsAllowed() throws IOException {
    rules("");
    assertThat(claw.run("policy", "apply", agent)).succeeds();
  }

  @AfterEach
  void theContainerWasLeftAlone() {
    Assertions.assertThat(containerId()).isEqualTo(container);
    assertThat(claw.run("inspect", agent)).succeeds();
  }

  private static String containerId() {
    return Command.of(
            "podman", "inspect", "--format", "{{.Id}} {{.State.StartedAt}}", Claw.container(agent))
        .run()
        .out();
  }

  private static void rules(String allow) throws IOException {
    Files.writeString(
        template,
        """
        apiVersion: claw/v1
        name: live
        extends: base
        network:
          profile: allowlist
          allow: [%s]
        """
            .formatted(allow));
  }

  private static String rule() {
    return "{host: 127.0.0.1, ports: [%d]}".formatted(server.getAddress().getPort());
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** Through the proxy: what is loopback inside is the agent's own. */
  private static Command curl(String path) {
    return claw.command(
        "exec",
        agent,
        "--",
        "curl",
        "-sS",
        "--noproxy",
        "",
        "-x",
        "http://127.0.0.1:3128",
        "-w",
        "%{http_code}",
        url(path));
  }

  @Test
  void aRuleThatIsAppliedHoldsAtOnce() throws IOException {
    assertThat(curl("/hello").run()).succeeds().prints("403");
    rules(rule());
    assertThat(claw.run("policy", "diff", agent)).exits(1).prints("127.0.0.1");
    assertThat(claw.run("policy", "apply", agent)).succeeds().says("from now on");
    assertThat(claw.run("policy", "diff", agent)).succeeds();
    assertThat(curl("/hello").run()).succeeds().prints("good day200");
    assertThat(claw.run("status", agent)).succeeds().prints("verified");
  }

  @Test
  void whenARuleGoesItsConnectionsEnd() throws IOException {
    rules(rule());
    assertThat(claw.run("policy", "apply", agent)).succeeds();
    try (RunningCommand download = curl("/endless").start()) {
      download.await("the first bytes", () -> download.out().contains("tick"));
      rules("");
      assertThat(claw.run("policy", "apply", agent)).succeeds();
      Assertions.assertThat(download.result().exitCode()).isNotZero();
    }
    assertThat(claw.run("egress", "log", agent)).succeeds().prints("/endless");
  }

  @Test
  void aGrantHoldsUntilItIsRevoked() {
    String port = Integer.toString(server.getAddress().getPort());
    assertThat(curl("/hello").run()).succeeds().prints("403");
    assertThat(claw.run("egress", "pending", agent)).succeeds().prints("127.0.0.1:" + port);
    assertThat(claw.run("egress", "allow", agent, "127.0.0.1", "--port", port, "--for", "5m"))
        .succeeds();
    assertThat(curl("/hello").run()).succeeds().prints("good day200");
    assertThat(claw.run("egress", "revoke", agent, "127.0.0.1")).succeeds();
    assertThat(curl("/hello").run()).succeeds().prints("403");
  }
}
