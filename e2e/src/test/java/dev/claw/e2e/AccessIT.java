package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.e2e.TelegramServer.Person;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * A phone from its pairing to its revocation, on a real agent. One story in order, since that is
 * what is to hold.
 */
@RequiresPodman
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class AccessIT {
  private static final Pattern LINK =
      Pattern.compile("https://t\\.me/claw_test_bot\\?start=([A-Za-z0-9_-]+)");
  private static final String TEMPLATE =
      """
      apiVersion: claw/v1
      name: chatty
      extends: coder
      models:
        primary: local/small
        providers:
          local: {api: openai-completions, baseUrl: "{url}", models: [{id: small, contextWindow: 131072, maxTokens: 8192}]}
      """;
  private static final String REPLIES =
      """
      {"models": ["small"],
       "replies": [{"on": "folder", "text": "It holds: {result}",
          "calls": [{"tool": "exec", "arguments": {"command": "touch made-from-a-chat; ls"}}]}]}
      """;

  private static Claw claw;
  private static ModelServer model;
  private static TelegramServer telegram;
  private static Person ann;
  private static Person bob;
  private static String agent;
  private static String used = "";

  @BeforeAll
  static void start() throws IOException {
    claw = Claw.fresh().tolerant();
    model = new ModelServer(claw.folder(), REPLIES);
    telegram = new TelegramServer();
    ann = telegram.person(4711, "Ann");
    bob = telegram.person(4712, "Bob");
    Files.writeString(
        claw.home().resolve("templates/chatty.yaml"), TEMPLATE.replace("{url}", model.baseUrl()));
    agent = claw.create("chatty");
  }

  @AfterAll
  static void stop() {
    telegram.close();
    model.close();
    claw.close();
  }

  @Test
  @Order(1)
  void theBotIsSetUp() throws IOException {
    assertThat(
            claw.command("access", "setup", "telegram", "--api", telegram.url())
                .input(TelegramServer.TOKEN + "\n")
                .run())
        .succeeds()
        .says("claw_test_bot");
    Assertions.assertThat(Files.getPosixFilePermissions(settings())).hasSize(2);
  }

  private static Path settings() {
    return claw.home().resolve("secrets/telegram.toml");
  }

  @Test
  @Order(2)
  void aPhoneIsPairedAtThePrompt() {
    try (RunningCommand pair =
        claw.onTerminal("access", "pair", "telegram", agent, "--role", "admin", "--expires", "120")
            .start()) {
      pair.await("the link", () -> LINK.matcher(pair.out()).find());
      Assertions.assertThat(pair.out()).as("a QR code").contains("▄");
      used = token(pair.out());
      pair.write("n"); // without Enter: what was typed before the question is no part of the answer
      ann.write("/start " + used);
      pair.await("the question", () -> pair.out().contains("Allow? [y/N]"));
      Assertions.assertThat(pair.out())
          .contains("Ann (@ann_t, id 4711) wants to be admin of " + agent);
      pair.write("y\n");
      assertThat(pair.result()).succeeds();
    }
    ann.hears("You are now admin of " + agent);
    assertThat(claw.run("access", "list", "telegram", agent)).succeeds().prints("4711", "admin");
  }

  @Test
  @Order(3)
  void theSameFromAnotherTerminal() {
    try (RunningCommand pair =
        claw.command("access", "pair", "telegram", agent, "--role", "viewer", "--expires", "120")
            .start()) {
      pair.await("the link", () -> LINK.matcher(pair.out() + pair.err()).find());
      String token = token(pair.out() + pair.err());
      bob.asks("/start " + token, "You asked to be");
      assertThat(
              claw.run("access", "confirm", "telegram", agent, token, "--telegram-user-id", "4713"))
          .exits(3);
      CommandResult confirmed =
          claw.command("access", "confirm", "telegram", agent, "-", "--telegram-user-id", "4712")
              .input(token + "\n")
              .run();
      assertThat(confirmed).succeeds();
      assertThat(pair.result()).succeeds();
    }
    bob.hears("You are now viewer of " + agent);
  }

  private static String token(String text) {
    Matcher link = LINK.matcher(text);
    Assertions.assertThat(link.find()).isTrue();
    return link.group(1);
  }

  @Test
  @Order(4)
  void aUsedTokenLeadsNowhere() {
    Person eve = telegram.person(666, "Eve");
    eve.asks("/start " + used, "used");
    eve.asks("/status " + agent, "not");
    assertThat(claw.run("access", "list", "telegram", agent)).succeeds().doesNotPrint("666");
  }

  @Test
  @Order(5)
  void theAgentIsStartedAskedAndLookedAt() {
    ann.asks("/agents", agent);
    ann.asks("/start " + agent, "runs, compared with its lock");
    ann.asks("/status " + agent, "running");
    ann.asks("/ask " + agent + " what is in this folder?", "made-from-a-chat");
    Assertions.assertThat(claw.agent(agent).resolve("workspace/made-from-a-chat")).exists();
    ann.asks("/policy " + agent, "It thinks with local/small");
    ann.asks("/whoami", "4711");
    ann.asks("/help", "/ask");
    bob.asks("/logs " + agent + " 5", "");
    bob.asks("/audit " + agent, "telegram:4711");
    bob.asks("/stop " + agent, "your role does not allow /stop");
    assertThat(claw.run("status", agent)).succeeds().prints("running");
  }

  @Test
  @Order(6)
  void aDeniedHostIsAllowedByAButton() {
    CommandResult denied = curl();
    Assertions.assertThat(denied.out()).startsWith("403");
    JsonNode question = ann.hears("the question", text -> text.contains("allowed.example"));
    Assertions.assertThat(bob.heard("allowed.example")).as("a viewer is not asked").isFalse();
    ann.presses(question, "30 minutes");
    ann.hears(
        "what became of it",
        text -> text.contains("allowed.example") && text.contains("llowed for 30 minutes"));
    assertThat(claw.run("egress", "grants", agent))
        .succeeds()
        .prints("allowed.example", "telegram:4711");
    // The name leads nowhere, but no longer for want of a rule.
    Assertions.assertThat(curl().out()).startsWith("502");
  }

  private static CommandResult curl() {
    return claw.run(
        "exec",
        agent,
        "--",
        "curl",
        "-s",
        "-m",
        "60",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code} %{http_connect}",
        "http://allowed.example:443/");
  }

  @Test
  @Order(7)
  void theRevokedAreStrangers() {
    assertThat(claw.run("access", "role", "telegram", agent, "4712", "operator")).succeeds();
    bob.asks("/whoami", "operator");
    assertThat(claw.run("access", "revoke", "telegram", agent, "4712")).succeeds();
    bob.asks("/status " + agent, "not");
    assertThat(claw.run("access", "revoke", "telegram", agent, "4712")).exits(4);
    ann.asks("/stop " + agent, "stopped");
  }

  @Test
  @Order(8)
  void everythingIsOnRecordAndNoTokenAnywhere() throws IOException {
    String record = Files.readString(claw.agent(agent).resolve("audit.jsonl"));
    Assertions.assertThat(record)
        .contains("\"type\":\"agent.start\"", "telegram", "4711", "agent.ask")
        .contains("\"type\":\"access.decide\"", "\"action\":\"policy\"", "\"action\":\"logs\"");
    claw.texts()
        .forEach(
            (file, text) -> {
              Assertions.assertThat(text.contains(used)).as(file.toString()).isFalse();
              if (!file.endsWith("telegram.toml")) {
                Assertions.assertThat(text.contains(TelegramServer.TOKEN))
                    .as(file.toString())
                    .isFalse();
              }
            });
    assertThat(claw.run("audit", "verify")).succeeds();
    assertThat(claw.run("supervisor", "logs")).doesNotPrint(TelegramServer.TOKEN);
  }

  @Test
  @Order(9)
  void theBotIsTurnedOffAndComesBackWithItsPairings() {
    assertThat(claw.run("supervisor", "status"))
        .succeeds()
        .prints("bot: polling as @claw_test_bot, since ");
    assertThat(claw.run("access", "setup", "telegram", "--remove"))
        .succeeds()
        .says("@claw_test_bot is turned off", "pairings stay")
        .printsNothing();
    Assertions.assertThat(settings()).doesNotExist();
    JsonNode status = claw.run("supervisor", "status", "--json").json();
    Assertions.assertThat(status.path("running").asBoolean()).isTrue();
    Assertions.assertThat(status.at("/bot/state").asText()).isEqualTo("not-set-up");
    ann.write("/whoami");
    assertThat(claw.run("access", "list", "telegram", agent)).succeeds().prints("4711", "admin");
    assertThat(claw.run("access", "setup", "telegram", "--remove"))
        .exits(4)
        .says("no bot is set up");
    assertThat(claw.run("audit", "show", "--type", "access.setup.remove", "--json"))
        .succeeds()
        .prints("claw_test_bot", "\"result\":\"done\"");

    Assertions.assertThat(telegram.control("state", Map.of()).path("pending"))
        .as("nobody takes it")
        .hasSize(1);
    long last = telegram.lastMessage();
    assertThat(
            claw.command("access", "setup", "telegram", "--api", telegram.url())
                .input(TelegramServer.TOKEN + "\n")
                .run())
        .succeeds();
    telegram.await(
        "an answer to what was asked meanwhile",
        message ->
            message.path("message_id").asLong() > last
                && message.path("text").asText().contains("admin of " + agent));
  }
}
