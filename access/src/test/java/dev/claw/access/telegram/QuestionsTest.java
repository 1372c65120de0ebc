package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.access.ChatAgents.Kind;
import dev.claw.access.ChatAgents.Question;
import dev.claw.access.ChatUser;
import dev.claw.access.Role;
import dev.claw.model.AgentName;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionsTest extends BotScene {
  private TelegramBot bot;

  @BeforeEach
  void everybodyHasWritten() {
    bot = start();
    for (long user : List.of(OPERATOR, VIEWER, ADMIN, STRANGER)) {
      says(user, "/help", "/help");
    }
  }

  private static List<String> labels(JsonNode message) {
    List<String> labels = new ArrayList<>();
    message
        .path("reply_markup")
        .path("inline_keyboard")
        .forEach(row -> row.forEach(button -> labels.add(button.path("text").asText())));
    return labels;
  }

  private JsonNode awaitEdit(long user, JsonNode message, String words) {
    return server.await(
        user,
        now ->
            now.path("message_id").equals(message.path("message_id"))
                && now.path("text").asText().contains(words),
        words);
  }

  /** Which message asks whom is kept only after the message is there. */
  private void awaitKept(int messages) {
    Waiting.until(
        () -> "messages kept", () -> database.count("telegram_question", "1 = 1") == messages);
  }

  private Question exec() {
    Question question = agents.asks("q1", "coder", Kind.EXEC, "rm -rf build");
    bot.asked(question);
    return question;
  }

  @Test
  void asksThoseWhoMayAnswerAndShowsThemWhoDid() {
    exec();
    JsonNode operator = server.await(OPERATOR, "rm -rf build");
    JsonNode admin = server.await(ADMIN, "rm -rf build");
    assertThat(labels(operator)).containsExactly("Once", "30 minutes", "Deny");
    awaitKept(2);

    server.press(ADMIN, admin, "Once");
    assertThat(labels(awaitEdit(OPERATOR, operator, "allowed ONCE (User 9 (@user9, id 9))")))
        .isEmpty();
    awaitEdit(ADMIN, admin, "allowed ONCE");
    assertThat(agents.done).containsExactly("answer q1 ONCE by 9");
    assertThat(server.texts(VIEWER)).hasSize(1);
    assertThat(server.texts(STRANGER)).hasSize(1);
  }

  @Test
  void letsAnOperatorOnlyDenyWhatTakesAnAdmin() {
    bot.asked(agents.asks("q1", "coder", Kind.EGRESS, "api.example.org:443"));
    JsonNode operator = server.await(OPERATOR, "api.example.org");
    assertThat(labels(operator)).containsExactly("Deny");
    assertThat(labels(server.await(ADMIN, "api.example.org")))
        .containsExactly("Once", "30 minutes", "Deny");
    awaitKept(2);

    server.press(OPERATOR, operator, "Deny");
    awaitEdit(OPERATOR, operator, "denied");
    assertThat(agents.done).containsExactly("answer q1 DENY by 7");
  }

  @Test
  void showsThatNobodyAnswered() {
    Question question = exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    agents.questions.remove("q1");

    bot.ended(question, "nobody answered; denied");
    JsonNode edited = awaitEdit(OPERATOR, message, "nobody answered; denied");
    assertThat(labels(edited)).isEmpty();
    assertThat(edited.path("text").asText()).contains("rm -rf build");
  }

  @Test
  void doesNothingForOneWhoWasRevoked() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    gate.revoke(OPERATOR);

    server.press(OPERATOR, message, "Once");
    Waiting.until(() -> "an answer", () -> !server.answers().isEmpty());
    assertThat(server.answers()).containsExactly("This button is no longer valid.");
    assertThat(agents.done).isEmpty();
    assertThat(gate.refusals).containsExactly("7 coder APPROVE_EXEC");
  }

  @Test
  void answersForNoOtherAgentOfTheNameThanTheOneThatAsked() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    gate.replace("coder");

    server.press(OPERATOR, message, "Once");
    Waiting.until(() -> "an answer", () -> !server.answers().isEmpty());
    assertThat(server.answers()).containsExactly("This button is no longer valid.");
    assertThat(agents.done).isEmpty();
  }

  @Test
  void doesNothingForOneWhoseRoleWasTakenBack() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    gate.pair(OPERATOR, "coder", Role.VIEWER);

    server.press(OPERATOR, message, "Once");
    Waiting.until(() -> "an answer", () -> !server.answers().isEmpty());
    assertThat(server.answers().getFirst()).contains("it takes operator");
    assertThat(agents.done).isEmpty();
  }

  @Test
  void takesAButtonFromNobodyElse() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    String data = message.at("/reply_markup/inline_keyboard/0/0/callback_data").asText();
    assertThat(data).hasSize(22);
    for (String press :
        List.of(
            "{\"user\": 9, \"message_id\": %d, \"data\": \"%s\"}"
                .formatted(message.path("message_id").asInt(), data),
            "{\"user\": 66, \"data\": \"%s\"}".formatted(data),
            "{\"user\": 7, \"data\": \"%s\"}".formatted(data),
            "{\"user\": 7, \"message_id\": %d, \"data\": \"q1:ONCE\"}"
                .formatted(message.path("message_id").asInt()),
            "{\"user\": 7, \"message_id\": %d, \"data\": \"%s\"}"
                .formatted(message.path("message_id").asInt(), "x".repeat(5000)),
            "{\"user\": 7, \"message_id\": %d, \"data\": \"\"}"
                .formatted(message.path("message_id").asInt()))) {
      server.control("press", press);
    }
    Waiting.until(() -> "answers " + server.answers(), () -> server.answers().size() == 6);
    assertThat(server.answers()).containsOnly("This button is no longer valid.");
    assertThat(agents.done).isEmpty();
    assertThat(gate.refusals)
        .containsExactlyInAnyOrder(
            "9 button: not_valid",
            "66 button: not_valid",
            "7 button: not_valid",
            "7 button: not_valid",
            "7 button: not_valid",
            "7 button: not_valid");
  }

  @Test
  void takesADamagedButtonForNone() throws Exception {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    database.sql("UPDATE telegram_button SET verdict = 'always'");

    server.press(OPERATOR, message, "Once");
    Waiting.until(() -> "an answer", () -> !server.answers().isEmpty());
    assertThat(server.answers()).containsExactly("This button is no longer valid.");
    says(OPERATOR, "/status coder", "all is well");
    assertThat(log).containsExactly("telegram: running");
  }

  @Test
  void showsNothingMoreToOneWhoWasRevoked() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    JsonNode admin = server.await(ADMIN, "rm -rf build");
    gate.revoke(OPERATOR);

    server.press(ADMIN, admin, "Once");
    JsonNode edited = awaitEdit(OPERATOR, message, "no longer waits");
    assertThat(edited.path("text").asText()).isEqualTo("This no longer waits for an answer.");
    assertThat(labels(edited)).isEmpty();
  }

  @Test
  void takesAnAnswerOnce() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    String press =
        "{\"user\": 7, \"message_id\": %d, \"data\": \"%s\"}"
            .formatted(
                message.path("message_id").asInt(),
                message.at("/reply_markup/inline_keyboard/0/0/callback_data").asText());
    server.control("press", press);
    server.control("press", press);

    Waiting.until(() -> "answers " + server.answers(), () -> server.answers().size() == 2);
    assertThat(server.answers()).containsExactly("allowed ONCE", "This button is no longer valid.");
    assertThat(agents.done).containsExactly("answer q1 ONCE by 7");
    assertThat(gate.refusals).hasSize(1);
  }

  @Test
  void letsNobodyAllowWhatIsTooLongToBeShown() {
    bot.asked(agents.asks("q1", "coder", Kind.EXEC, "true ".repeat(1000) + "; evil"));
    JsonNode message = server.await(OPERATOR, "too long to be shown");
    assertThat(labels(message)).containsExactly("Deny");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls\u0378 -l",
        "ls \ufe0f",
        "ls \udb40\udd00",
        "l\u034fs",
        "ls\u3164",
        "l\u200ds",
        "a\rb"
      })
  void letsNobodyAllowWhatTheChatShowsOtherThanItIs(String command) {
    bot.asked(agents.asks("q1", "coder", Kind.EXEC, command));
    JsonNode message = server.await(OPERATOR, "can't be shown here as it is");
    assertThat(labels(message)).containsExactly("Deny");
  }

  @Test
  void offersAllOfACommandWhoseUnseenCharactersAreMadeVisible() {
    bot.asked(
        agents.asks("q1", "coder", Kind.EXEC, Quoted.visible("ls\u0378 \ufe0f-l") + "\nin /work"));
    JsonNode message = server.await(OPERATOR, "asks to run this:");
    assertThat(message.path("text").asText()).endsWith("\nls\\u0378 \\ufe0f-l\nin /work");
    assertThat(labels(message)).containsExactly("Once", "30 minutes", "Deny");
  }

  @Test
  void quotesWhyAnAnswerFailed() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    agents.answerFails = "evil.example.com:443 is not open";

    server.press(OPERATOR, message, "Once");
    JsonNode why = server.await(OPERATOR, "evil.example.com");
    assertThat(why.path("text").asText()).isEqualTo("coder: it failed:\n" + agents.answerFails);
    assertThat(why.path("entities").path(0).path("type").asText()).isEqualTo("pre");
  }

  @Test
  void takesAwayWhatAnEarlierProcessAsked() {
    exec();
    JsonNode message = server.await(OPERATOR, "rm -rf build");
    server.await(ADMIN, "rm -rf build");
    awaitKept(2);
    bot.close();
    agents.questions.clear();

    start();
    assertThat(labels(awaitEdit(OPERATOR, message, "no longer waits"))).isEmpty();
    assertThat(database.count("telegram_button", "1 = 1")).isZero();
  }

  @Test
  void asksAgainOnRequest() {
    exec();
    JsonNode first = server.await(OPERATOR, "rm -rf build");
    Waiting.until(() -> "kept", () -> database.count("telegram_question", "user = 7") == 1);
    server.write(OPERATOR, "/approvals");
    awaitEdit(OPERATOR, first, "Asked again");
    JsonNode again = server.await(OPERATOR, "rm -rf build");

    server.press(OPERATOR, again, "Deny");
    awaitEdit(OPERATOR, again, "denied");
  }

  @ParameterizedTest
  @CsvSource({"confirmed", "refused"})
  void tellsHowPairingEnded(String end) {
    ChatUser user = new ChatUser(STRANGER, "User", "");
    if (end.equals("confirmed")) {
      bot.confirmed(user, new AgentName("coder"), Role.VIEWER);
      server.await(STRANGER, "You are now viewer of coder");
    } else {
      bot.refused(user, "The request was not confirmed in time.");
      server.await(STRANGER, "not confirmed in time");
    }
  }
}
