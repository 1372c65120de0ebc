package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real turns of the real OpenClaw, whose model is a server on the host's loopback. */
@RequiresPodman
class TurnIT {
  private static final String KEY = "sk-turn-0123456789abcdef";
  private static final String TEMPLATE =
      """
      apiVersion: claw/v1
      name: turn
      extends: coder
      models:
        primary: local/small
        providers:
          local:
            api: openai-completions
            baseUrl: "{url}"
            secret: local-key
            models:
              - {id: small, contextWindow: 131072, maxTokens: 8192}
      """;
  private static final String REPLIES =
      """
      {"key": "{key}", "models": ["small"],
       "replies": [
         {"on": "folder", "text": "It holds: {result}",
          "calls": [{"tool": "exec", "arguments": {"command": "touch made-by-a-turn; ls; id -u"}}]},
         {"on": "secret", "text": "{result}",
          "calls": [{"tool": "exec", "arguments": {"command":
            "env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; grep -rsl 'sk-turn-0[1]23' /state /workspace /home /tmp /run /etc /logs | sed 's/^/le''ak:/'"}}]},
         {"on": "slowly", "gate": "{gate}",
          "text": "the first half of what there is to say, and then the second half of it"},
         {"on": "nothing", "hang": true}]}
      """;

  private static Claw claw;
  private static ModelServer model;
  private static String agent;
  private static Path gate;

  @BeforeAll
  static void start() throws IOException {
    claw = Claw.fresh().tolerant();
    gate = claw.folder().resolve("gate");
    model = new ModelServer(claw.folder(), replies(KEY));
    Path template = claw.home().resolve("templates/turn.yaml");
    Files.writeString(template, TEMPLATE.replace("{url}", model.baseUrl()));
    assertThat(claw.command("secret", "set", "local-key").input(KEY + "\n").run()).succeeds();
    agent = claw.create("turn");
    assertThat(claw.run("start", agent)).succeeds();
  }

  @AfterAll
  static void stop() {
    model.close();
    claw.close();
  }

  private static String replies(String key) {
    return REPLIES.replace("{key}", key).replace("{gate}", gate.toString());
  }

  @Test
  void aToolRunsInsideAndItsResultComesBack() throws IOException {
    assertThat(claw.run("ask", agent, "what is in this folder?"))
        .succeeds()
        .prints("It holds:", "made-by-a-turn", "TOOLS.md");
    Assertions.assertThat(claw.agent(agent).resolve("workspace/made-by-a-turn")).exists();
    Assertions.assertThat(model.requests())
        .isNotEmpty()
        .allSatisfy(
            request ->
                Assertions.assertThat(request.at("/headers/authorization").asText())
                    .isEqualTo("Bearer " + KEY));
    String record = Files.readString(claw.agent(agent).resolve("audit.jsonl"));
    Assertions.assertThat(record)
        .contains("\"type\":\"agent.ask\"", "\"type\":\"model.call\"", "\"inputTokens\":")
        .doesNotContain(KEY, "what is in this folder", "It holds");
  }

  @Test
  void theMessageCanComeFromStandardInputAndTheAnswerBeJson() {
    CommandResult result =
        claw.command("ask", "--json", "--session", "s1", agent, "-").input("the folder?\n").run();
    assertThat(result).succeeds();
    Assertions.assertThat(result.json().get("session").asText()).isEqualTo("s1");
    Assertions.assertThat(result.json().get("text").asText()).startsWith("It holds:");
    Assertions.assertThat(result.json().get("inputTokens").asLong()).isPositive();
  }

  @Test
  void theAnswerIsPrintedAsItComes() throws IOException {
    try (RunningCommand running = claw.command("ask", agent, "say it slowly").start()) {
      running.closeInput();
      running.await("the first words", () -> running.out().contains("the first half"));
      Assertions.assertThat(running.out()).doesNotContain("second half");
      Files.createFile(gate);
      assertThat(running.result()).succeeds().prints("second half of it");
    }
  }

  @Test
  void theKeyIsNowhereInside() {
    assertThat(claw.run("ask", agent, "tell the secret"))
        .succeeds()
        .prints("OPENCLAW_CONFIG_PATH")
        .doesNotPrint(KEY, "leak:");
  }

  @Test
  void aWrongKeyIsSaidInASentence() {
    model.answers(replies("sk-another"));
    try {
      assertThat(claw.run("ask", agent, "hello"))
          .exits(1)
          .says("does not accept the key 'local-key' (status 401)", "claw secret set local-key");
    } finally {
      model.answers(replies(KEY));
    }
  }

  @Test
  void modelTestSaysWhetherTheKeyIsRight() {
    assertThat(claw.run("model", "test", agent)).succeeds().prints("local/small: works");
    model.answers(replies("sk-another"));
    try {
      assertThat(claw.run("model", "test", agent))
          .exits(1)
          .prints("does not accept the key 'local-key' (status 401)");
    } finally {
      model.answers(replies(KEY));
    }
    assertThat(claw.run("model", "test", "--provider", "other", agent)).exits(4);
  }

  @Test
  void aModelThatSaysNothingEndsWithTheTime() {
    assertThat(claw.run("ask", "--timeout", "5s", agent, "say nothing"))
        .exits(1)
        .says("no answer after 5 s");
  }

  @Test
  void whoBreaksOffEndsTheTurn() {
    int before = model.requests().size();
    try (RunningCommand running = claw.command("ask", agent, "say nothing, long").start()) {
      running.closeInput();
      running.await("the turn", () -> model.requests().size() > before);
      running.signal("TERM");
      assertThat(running.result()).exits(130).says("the turn was ended");
    }
    assertThat(claw.run("exec", agent, "--", "pgrep", "-x", "curl")).exits(1);
  }

  /** OpenClaw asks its feed by itself, at its start. */
  @Test
  void nobodyIsAskedForOpenClawsOwnFeed() {
    try (RunningCommand log = claw.command("egress", "log", "-f", agent).start()) {
      log.closeInput();
      log.await("the feed", () -> log.out().contains("clawhub.ai"));
    }
    assertThat(claw.run("egress", "pending", agent)).succeeds().doesNotPrint("clawhub.ai");
    assertThat(claw.run("approvals", "list", "--json")).succeeds().doesNotPrint("clawhub.ai");
  }

  @Test
  void aModelThatTheLockDoesNotNameIsRefused() {
    assertThat(
            claw.run(
                "exec",
                agent,
                "--",
                "curl",
                "-sS",
                "-d",
                "{\"model\":\"large\",\"messages\":[]}",
                "http://127.0.0.1:3129/v1/providers/local/chat/completions"))
        .succeeds()
        .prints("names no model 'large'");
  }
}
