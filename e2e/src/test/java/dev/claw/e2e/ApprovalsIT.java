package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real agent that asks before it runs a command, and an operator who answers, or does not. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApprovalsIT {
  private static final String TEMPLATE =
      """
      apiVersion: claw/v1
      name: asking
      extends: coder
      agent:
        exec: ask
      models:
        primary: local/small
        providers:
          local:
            api: openai-completions
            baseUrl: "{url}"
            models:
              - {id: small, contextWindow: 131072, maxTokens: 8192}
      """;
  private static final String OPEN =
      """
      apiVersion: claw/v1
      name: asking-open
      extends: asking
      network:
        profile: open
      """;
  private static final String REPLIES =
      """
      {"models": ["small"], "replies": [
        {"on": "first", "text": "It says: {result}",
         "calls": [{"tool": "exec", "arguments": {"command": "touch first; ls"}}]},
        {"on": "second", "text": "It says: {result}",
         "calls": [{"tool": "exec", "arguments": {"command": "touch second; echo ran-second"}}]},
        {"on": "third", "text": "It says: {result}",
         "calls": [{"tool": "exec", "arguments": {"command": "touch third; echo ran-third"}}]},
        {"on": "fourth", "text": "It says: {result}",
         "calls": [{"tool": "exec", "arguments": {"command": "touch fourth; echo ran-fourth"}}]},
        {"on": "fifth", "text": "It says: {result}",
         "calls": [{"tool": "exec", "arguments": {"command": "touch fifth; echo ran-fifth"}}]},
        {"on": "sixth", "text": "It says: {result}",
         "calls": [{"tool": "exec", "arguments": {"command": "touch sixth; echo ran-sixth"}}]},
        {"on": "seventh", "text": "It says: {result}",
         "calls": [{"tool": "exec", "arguments": {"command": "touch seventh; echo ran-seventh"}}]}]}
      """;

  private final HostServer server = HostServer.http();
  private Claw claw = Claw.unmade();
  private Optional<ModelServer> model = Optional.empty();
  private String agent = "";

  @BeforeAll
  void start() throws IOException {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
    Files.writeString(
        claw.home().resolve("config.yaml"), "approvalTimeout: 90s\n", StandardOpenOption.APPEND);
    ModelServer answering = new ModelServer(claw.folder(), REPLIES);
    model = Optional.of(answering);
    Path template = claw.home().resolve("templates/asking.yaml");
    Files.writeString(template, TEMPLATE.replace("{url}", answering.baseUrl()));
    agent = claw.create("asking");
    assertThat(claw.run("start", agent)).succeeds();
    awaitConnected(agent);
  }

  @AfterAll
  void stop() {
    model.ifPresent(ModelServer::close);
    claw.close();
    server.close();
  }

  /** Before that OpenClaw refuses by itself, as nobody is there to be asked. */
  private void awaitConnected(String name) {
    String words = name + ": connected to its gateway for approvals";
    try (RunningCommand logs = claw.command("supervisor", "logs", "-f").start()) {
      logs.await("the broker", () -> logs.out().contains(words));
    }
  }

  private RunningCommand ask(String message) {
    return ask(agent, message);
  }

  private RunningCommand ask(String name, String message) {
    RunningCommand asking =
        claw.command("ask", "--timeout", "4m", name, "do the " + message + " thing").start();
    asking.closeInput();
    return asking;
  }

  private List<JsonNode> approvals(String kind, String part) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode approval : claw.run("approvals", "list", "--all", "--json").json()) {
      if (approval.path("kind").asText().equals(kind) && approval.toString().contains(part)) {
        found.add(approval);
      }
    }
    return found;
  }

  /** The id of the newest, once it waits. */
  private String awaitWaiting(RunningCommand asking, String kind, String part) {
    asking.await(
        "an approval",
        () -> {
          List<JsonNode> found = approvals(kind, part);
          return !found.isEmpty() && state(found.getFirst()).equals("waiting");
        });
    return approvals(kind, part).getFirst().path("id").asText();
  }

  private static String state(JsonNode approval) {
    return approval.path("state").asText();
  }

  private boolean made(String file) {
    return made(agent, file);
  }

  private boolean made(String name, String file) {
    return Files.exists(claw.agent(name).resolve("workspace").resolve(file));
  }

  @Test
  void whatIsAllowedRunsAndTheSecondAnswerIsTooLate() throws IOException {
    try (RunningCommand asking = ask("first")) {
      String id = awaitWaiting(asking, "exec", "touch first");
      Assertions.assertThat(made("first")).isFalse();
      asking.await("the notice", () -> asking.err().contains(id));
      assertThat(claw.run("approvals")).succeeds().prints(id, agent, "/workspace");
      assertThat(claw.run("approvals", "allow", id)).succeeds().printsOnly(id);
      assertThat(claw.run("approvals", "deny", id)).exits(7).says("allowed-once by cli:");
      CommandResult result = asking.result();
      assertThat(result).succeeds().prints("It says:", "TOOLS.md", "first");
      Assertions.assertThat(result.err().lines().filter(line -> line.contains(id)))
          .as(result.err())
          .containsExactly(
              "claw: "
                  + agent
                  + " waits to run 'touch first; ls'; to let it: claw approvals allow "
                  + id
                  + " (or deny)");
    }
    Assertions.assertThat(made("first")).isTrue();
    Assertions.assertThat(Files.readString(claw.agent(agent).resolve("audit.jsonl")))
        .contains("\"type\":\"approval.asked\"", "\"type\":\"approval.decided\"", "touch first");
    assertThat(claw.run("audit", "verify", agent)).succeeds();
  }

  @Test
  void askSaysWhatWaitsOnStandardErrorAlone() {
    try (RunningCommand asking =
        claw.command("ask", "--json", "--timeout", "4m", agent, "do the sixth thing").start()) {
      asking.closeInput();
      asking.await("what waits", () -> asking.err().contains("claw approvals allow "));
      Assertions.assertThat(asking.out()).isEmpty();
      String id = awaitWaiting(asking, "exec", "touch sixth");
      Assertions.assertThat(asking.err()).contains(id);
      assertThat(claw.run("approvals", "allow", id)).succeeds();
      CommandResult result = asking.result();
      Assertions.assertThat(result.json().path("text").asText()).contains("ran-sixth");
    }
  }

  @Test
  void whatIsDeniedDoesNotRunAndTheModelIsTold() {
    try (RunningCommand asking = ask("second")) {
      String id = awaitWaiting(asking, "exec", "touch second");
      assertThat(claw.run("approvals", "deny", id)).succeeds();
      assertThat(asking.result()).succeeds().prints("denied");
    }
    Assertions.assertThat(made("second")).isFalse();
  }

  @Test
  void whatNobodyAnswersIsDeniedWhenItsTimeIsOver() {
    try (RunningCommand asking = ask("third")) {
      String id = awaitWaiting(asking, "exec", "touch third");
      assertThat(asking.result()).succeeds().prints("denied");
      Assertions.assertThat(state(approvals("exec", id).getFirst())).isEqualTo("expired");
    }
    Assertions.assertThat(made("third")).isFalse();
  }

  @Test
  void whatIsAllowedForHalfAnHourIsNotAskedForAgain() {
    try (RunningCommand asking = ask("fourth")) {
      String id = awaitWaiting(asking, "exec", "touch fourth");
      assertThat(claw.run("approvals", "allow", id, "--for", "30m")).succeeds();
      assertThat(asking.result()).succeeds().prints("ran-fourth");
    }
    try (RunningCommand again = ask("fourth")) {
      assertThat(again.result()).succeeds().prints("ran-fourth");
    }
    Assertions.assertThat(approvals("exec", "touch fourth"))
        .extracting(ApprovalsIT::state)
        .containsExactly("allowed-once", "allowed-30m");
  }

  @Test
  void whatWaitsOutlivesTheSupervisor() {
    try (RunningCommand asking = ask("fifth")) {
      String id = awaitWaiting(asking, "exec", "touch fifth");
      long pid = claw.run("supervisor", "status", "--json").json().at("/supervisor/pid").asLong();
      Assertions.assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
      asking.await("its end", () -> ProcessHandle.of(pid).isEmpty());
      assertThat(claw.run("approvals", "allow", id)).succeeds();
      assertThat(asking.result()).succeeds().prints("ran-fifth");
    }
  }

  @Test
  void anAgentWhoseNetworkIsOpenAsksToo() throws IOException {
    Files.writeString(claw.home().resolve("templates/asking-open.yaml"), OPEN);
    String open = claw.create("asking-open");
    assertThat(claw.run("start", open)).succeeds();
    awaitConnected(open);
    try (RunningCommand asking = ask(open, "seventh")) {
      String id = awaitWaiting(asking, "exec", "touch seventh");
      Assertions.assertThat(made(open, "seventh")).isFalse();
      assertThat(claw.run("approvals", "allow", id)).succeeds();
      assertThat(asking.result()).succeeds().prints("ran-seventh");
    }
    Assertions.assertThat(made(open, "seventh")).isTrue();
  }

  @Test
  void aHostThatWasDeniedIsOpenOnceItIsAllowed() {
    String url = EgressScene.url(HostServer.address(), server.port());
    Assertions.assertThat(fetch(url)).isNotEqualTo("200");
    try (RunningCommand waiting = claw.command("supervisor", "logs", "-f").start()) {
      String id = awaitWaiting(waiting, "egress", "\"port\":" + server.port());
      Assertions.assertThat(server.connections()).isZero();
      assertThat(claw.run("approvals", "allow", id)).succeeds().says("allowed once (one minute)");
    }
    Assertions.assertThat(fetch(url)).isEqualTo("200");
    assertThat(claw.run("egress", "grants", agent)).succeeds().prints(HostServer.address());
  }

  private String fetch(String url) {
    return claw.run(
            "exec",
            agent,
            "--",
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "--noproxy",
            "*",
            "--max-time",
            "30",
            url)
        .out()
        .strip();
  }
}
