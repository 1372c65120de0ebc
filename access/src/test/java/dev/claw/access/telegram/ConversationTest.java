package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.Role;
import dev.claw.model.AgentName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationTest extends BotScene {
  @BeforeEach
  void run() {
    start();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/status tester | all is well | status tester",
        "/Status@claw_test_bot tester | all is well | status tester",
        "/logs tester | second line | logs tester 20",
        "/logs tester 7 | second line | logs tester 7",
        "/logs tester 5000 | second line | logs tester 200",
        "/policy tester | all is well | policy tester",
        "/pending tester | (nothing) | pending tester",
        "/audit tester 3 | all is well | audit tester 3",
        "/start tester | started | start tester by 9",
        "/stop tester | stopped | stop tester by 9",
        "/allow tester api.example.org 30m | is allowed | allow tester api.example.org PT30M by 9",
        "/allow tester api.example.org | is allowed | allow tester api.example.org PT30M by 9",
        "/allow tester api.example.org 2h | is allowed | allow tester api.example.org PT2H by 9",
        "/ask tester how are you? | Good morning. | ask tester by 9: how are you?",
      })
  void doesWhatIsAsked(String command, String answer, String done) {
    says(ADMIN, command, answer);
    assertThat(agents.done).containsExactly(done);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/status | all is well | status coder",
        "/logs 7 | second line | logs coder 7",
        "/stop | coder: | stop coder by 7",
        "/ask how are you? | Good morning. | ask coder by 7: how are you?",
        "/ask coder coder? | Good morning. | ask coder by 7: coder?",
      })
  void takesTheOnlyAgentWhereNoneIsNamed(String command, String answer, String done) {
    says(OPERATOR, command, answer);
    Waiting.until(() -> done + " in " + agents.done, () -> agents.done.contains(done));
  }

  @Test
  void asksWhichWhereThereAreSeveral() {
    says(ADMIN, "/stop", "Which agent?");
    says(ADMIN, "/sudo 5", "I understand commands");
    assertThat(agents.done).isEmpty();
    assertThat(gate.refusals).containsExactly("9 stop: no_agent", "9 unknown: no_command");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/logs tester many",
        "/logs tester 0",
        "/logs tester 5 6",
        "/allow tester",
        "/allow tester api.example.org 25h",
        "/allow tester api.example.org 30",
        "/allow tester api.example.org 99999999999999999999m",
        "/allow tester a b c",
        "/ask tester",
      })
  void saysWhatItExpected(String command) {
    says(ADMIN, command, "Expected /");
    assertThat(agents.done).isEmpty();
  }

  @Test
  void refusesInTheSameWordsWhetherOrNotThereIsSuchAnAgent() {
    String there = says(STRANGER, "/stop coder", "coder: ");
    String nowhere = says(STRANGER, "/stop nowhere", "nowhere: ");
    String notHis = says(OPERATOR, "/status tester", "tester: ");

    assertThat(nowhere).isEqualTo(there.replace("coder", "nowhere"));
    assertThat(notHis).isEqualTo(there.replace("coder", "tester"));
    assertThat(agents.done).isEmpty();
    assertThat(gate.refusals)
        .containsExactly("66 coder STOP", "66 nowhere STOP", "7 tester STATUS");
  }

  @ParameterizedTest
  @CsvSource({
    "/start coder, 8, operator",
    "/stop coder, 8, operator",
    "/restart coder, 8, operator",
    "/ask coder hello, 8, operator",
    "/allow coder a.example, 7, admin"
  })
  void saysWhichRoleItTakes(String command, long user, String role) {
    says(user, command, "it takes " + role);
    assertThat(agents.done).isEmpty();
    assertThat(gate.refusals).hasSize(1);
  }

  @Test
  void asksTheGateEachTime() {
    says(OPERATOR, "/status coder", "all is well");
    gate.revoke(OPERATOR);

    says(OPERATOR, "/status coder", "not paired");
    assertThat(agents.done).hasSize(1);
  }

  @Test
  void tellsTokensFromNames() {
    String token = "claw_0123456789abcdefghijkl";
    gate.outcome =
        new RequestOutcome.Requested(
            new AgentName("coder"), Role.OPERATOR, Instant.parse("2026-11-21T10:05:00Z"));
    says(STRANGER, "/start " + token, "confirm it by 10:05 UTC");
    assertThat(gate.tokens).containsExactly("66 " + token);
    assertThat(database.count("telegram_update", "what LIKE '%0123%'")).isZero();

    says(OPERATOR, "/start", "Welcome back");
    says(STRANGER, "/start", "belongs to claw");
    says(STRANGER, "/start coder", "either there is no such agent");
    assertThat(agents.done).isEmpty();
    assertThat(gate.tokens).hasSize(1);
    says(OPERATOR, "/start coder", "started");
  }

  @Test
  void startsAnAgentWhoseNameIsAsLongAsAToken() {
    gate.pair(OPERATOR, "an-agent-with-quite-a-long-name", Role.OPERATOR);

    says(OPERATOR, "/start an-agent-with-quite-a-long-name", "started");
    assertThat(gate.tokens).isEmpty();
  }

  @Test
  void saysWhoOneIsAndWhatThereIs() {
    assertThat(says(ADMIN, "/whoami", "You are"))
        .contains("id 9", "admin of coder", "admin of tester");
    assertThat(says(ADMIN, "/agents", "Your agents"))
        .contains("coder – running, lock verified (you: admin)", "tester – ");
    assertThat(says(STRANGER, "/agents", "not paired")).contains("claw access pair telegram NAME");
    String help = says(STRANGER, "/help", "act on AI agents");
    assertThat(Verb.values()).allSatisfy(verb -> assertThat(help).contains(verb.usage()));
    assertThat(says(ADMIN, "hello", "commands")).contains("/help");
    says(ADMIN, "/approvals", "Nothing waits");
    assertThat(gate.commands)
        .containsExactly("9 whoami", "9 agents", "66 agents", "66 help", "9 approvals");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/whoami", "/agents", "/start", "/start 0123456789abcdef0123456789"})
  void leavesNobodyWithoutAnAnswerAndShowsStrangersNoPath(String text) {
    gate.breaks();
    assertThat(says(STRANGER, text, "failed")).doesNotContain("/home/", "claw.db");
    Waiting.until(() -> log.toString(), () -> log.toString().contains("/home/ann/.claw/claw.db"));
  }

  @Test
  void saysWhatWentWrong() {
    assertThat(says(OPERATOR, "/restart coder", "found drift"))
        .startsWith("coder: /restart failed:\nexpected a lock that holds");
  }

  @Test
  void sendsWhatAnAgentSaysAsCodeThatItCannotForge() {
    agents.words =
        "*bold* <b>b</b> /stop coder\n```\n\u202Eevil\u202C \u001b[31mred\u001b[0m @user7";
    var message = server.await(OPERATOR, write("/status coder"));

    assertThat(message.path("text").asText())
        .isEqualTo("coder:\n*bold* <b>b</b> /stop coder\n```\nevil red @user7");
    assertThat(message.path("entities")).hasSize(1);
    assertThat(message.path("entities").path(0).path("type").asText()).isEqualTo("pre");
    assertThat(message.path("entities").path(0).path("offset").asInt()).isEqualTo(7);
    assertThat(message.path("entities").path(0).path("length").asInt())
        .isEqualTo(message.path("text").asText().length() - 7);
    assertThat(server.calls("sendmessage"))
        .allSatisfy(
            call -> {
              assertThat(call.has("parse_mode")).isFalse();
              assertThat(call.path("link_preview_options").path("is_disabled").asBoolean())
                  .isTrue();
            });
  }

  private String write(String command) {
    server.write(OPERATOR, command);
    return "coder:";
  }

  @Test
  void tellsAGroupOnceAndForGood() {
    String group = "{\"chat\": {\"id\": -5, \"type\": \"group\", \"title\": \"g\"}}";
    server.write(OPERATOR, "/stop coder", group);
    server.await(-5, "in a group everybody");
    server.write(OPERATOR, "/stop coder", group);
    start();
    server.write(OPERATOR, "/stop coder", group);

    says(OPERATOR, "/status coder", "all is well");
    assertThat(server.texts(-5)).hasSize(1);
    assertThat(agents.done).containsExactly("status coder");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | {\"sticker\": {\"file_id\": \"x\", \"file_unique_id\": \"y\", \"type\": \"regular\", \"width\": 1, \"height\": 1, \"is_animated\": false, \"is_video\": false}} | text alone",
        "'' | {\"photo\": [], \"caption\": \"/stop coder\"} | text alone",
        "/stop coder | {\"forward_date\": 1, \"forward_origin\": {\"type\": \"hidden_user\", \"date\": 1, \"sender_user_name\": \"x\"}} | forwarded",
        "/stop coder | {\"via_bot\": {\"id\": 5, \"is_bot\": true, \"first_name\": \"b\"}} | forwarded",
      })
  void saysOnceThatItTakesNoSuchThing(String text, String further, String answer) {
    server.write(OPERATOR, text, further);
    server.await(OPERATOR, answer);
    server.write(OPERATOR, text, further);

    says(OPERATOR, "/status coder", "all is well");
    assertThat(server.texts(OPERATOR)).hasSize(2);
    assertThat(agents.done).containsExactly("status coder");
    assertThat(gate.refusals)
        .hasSize(answer.equals("forwarded") ? 2 : 0)
        .allMatch(one -> one.equals("7 message: forwarded"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"edited_message", "channel_post", "edited_channel_post", "inline_query"})
  void ignores(String kind) {
    server.control(
        "update",
        """
        {"%s": {"message_id": 1, "id": "1", "query": "/stop coder", "offset": "", "text": "/stop coder",
                "from": {"id": 7, "is_bot": false, "first_name": "A"}, "date": 1, "edit_date": 2,
                "chat": {"id": 7, "type": "private"}}}
        """
            .formatted(kind));
    server.control(
        "update",
        """
        {"message": {"message_id": 1, "text": "/stop coder", "date": 1,
          "from": {"id": 7, "is_bot": true, "first_name": "A"}, "chat": {"id": 7, "type": "private"}}}
        """);
    server.control(
        "update",
        """
        {"message": {"message_id": 1, "text": "/stop coder", "date": 1,
          "from": {"id": 7, "is_bot": false, "first_name": "A"}, "chat": {"id": 8, "type": "private"}}}
        """);

    says(OPERATOR, "/status coder", "all is well");
    assertThat(server.texts(OPERATOR)).hasSize(1);
    assertThat(agents.done).containsExactly("status coder");
  }

  @Test
  void boundsWhatOnePersonAsksAndSaysWhenToComeBack() {
    for (int i = 0; i < 20; i++) {
      server.write(STRANGER, "/whoami");
      if (i % 10 == 9) {
        settle(); // more than ten at once are refused as too many that wait
      }
    }
    for (int i = 0; i < 20; i++) {
      server.write(STRANGER, "/whoami");
    }
    server.await(STRANGER, "Come back in 4 s");
    says(OPERATOR, "/status coder", "all is well");
    server.awaitConfirmed();
    assertThat(server.texts(STRANGER)).filteredOn(text -> text.contains("Come back")).hasSize(1);
    assertThat(server.texts(STRANGER)).hasSizeLessThanOrEqualTo(21);
    assertThat(gate.refusals).filteredOn(one -> one.equals("66 whoami: rate")).hasSize(20);

    nanos.addAndGet(Duration.ofSeconds(4).toNanos());
    settle();
    int before = server.texts(STRANGER).size();
    server.write(STRANGER, "/whoami");
    Waiting.until(() -> "an answer", () -> server.texts(STRANGER).size() == before + 1);
  }

  @Test
  void boundsWhatIsAskedOfOneAgent() {
    for (long user : List.of(OPERATOR, ADMIN)) {
      for (int i = 0; i < 16; i++) {
        server.write(user, "/logs coder " + (i + 1));
        settle();
      }
    }
    server.await(ADMIN, "too much is asked about it");
    assertThat(agents.done).hasSize(30);
    assertThat(gate.refusals).containsExactly("9 coder logs: rate", "9 coder logs: rate");
  }

  @Test
  void saysOnceThatWhatWaitsBehindTooMuchIsNotDone() throws Exception {
    agents.holdsUp();
    server.write(OPERATOR, "/stop coder");
    agents.begun.await();
    for (int i = 0; i < 15; i++) {
      server.write(OPERATOR, "/stop coder");
    }
    server.await(OPERATOR, "/stop coder was not done");
    says(OPERATOR, "/status coder", "all is well");
    assertThat(gate.refusals).hasSize(5).containsOnly("7 stop: full");
    assertThat(server.texts(OPERATOR)).filteredOn(text -> text.contains("was not done")).hasSize(1);
    agents.gate.countDown();
    settle();
    assertThat(agents.done).filteredOn(one -> one.startsWith("stop")).hasSize(11);
  }

  @Test
  void isNotHeldUpByWhatTakesLong() throws Exception {
    agents.holdsUp();
    server.write(OPERATOR, "/stop coder");
    server.write(ADMIN, "/ask tester hello");
    agents.begun.await();

    says(OPERATOR, "/status coder", "all is well");
    says(ADMIN, "/status coder", "all is well");
    agents.gate.countDown();
    server.await(OPERATOR, "stopped");
    server.await(ADMIN, "Good morning.");
  }

  @Test
  void asksAnAgentOneThingAfterTheOtherHoweverItIsMeant() throws Exception {
    agents.holdsUp();
    server.write(OPERATOR, "/ask one thing");
    agents.begun.await();
    server.write(OPERATOR, "/ask two things");
    server.write(OPERATOR, "/ask coder a third");
    server.awaitConfirmed();
    says(OPERATOR, "/whoami", "You are");
    assertThat(agents.done).containsExactly("ask coder by 7: one thing");

    agents.gate.countDown();
    settle();
    assertThat(agents.done)
        .containsExactly(
            "ask coder by 7: one thing", "ask coder by 7: two things", "ask coder by 7: a third");
  }
}
