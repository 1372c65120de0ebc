package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamedAnswerTest extends BotScene {
  @Test
  void growsInOneMessage() throws Exception {
    agents.holdsUp();
    agents.says = List.of("first ", "second ", "third ", "fourth");
    start();
    server.write(OPERATOR, "/ask coder go");
    JsonNode half = server.await(OPERATOR, "first second");
    assertThat(half.path("text").asText()).doesNotContain("third");
    agents.gate.countDown();

    JsonNode whole = server.await(OPERATOR, "first second third fourth");
    assertThat(whole.path("message_id")).isEqualTo(half.path("message_id"));
    assertThat(server.texts(OPERATOR)).containsExactly("coder:\nfirst second third fourth");
    assertThat(pauses).contains(Duration.ofMillis(1500));
  }

  @Test
  void goesOnInFurtherMessagesCutAtLines() {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      parts.add("line %03d ".formatted(i) + "😀".repeat(20) + "\n");
    }
    agents.says = parts;
    start();
    server.write(OPERATOR, "/ask coder go");
    server.await(OPERATOR, "line 299 " + "😀".repeat(20));

    List<String> texts = server.texts(OPERATOR);
    assertThat(texts).hasSizeGreaterThan(2).allMatch(text -> text.startsWith("coder:\nline"));
    assertThat(String.join("\n", texts.stream().map(text -> text.substring(7)).toList()) + "\n")
        .isEqualTo(String.join("", parts));
    assertThat(log).containsExactly("telegram: running");
  }

  @Test
  void respectsThatItIsToldToWait() {
    start();
    server.write(OPERATOR, "/whoami");
    server.await(OPERATOR, "You are");
    server.control(
        "fail",
        """
        {"method": "editMessageText", "times": 2, "error_code": 429, "description": "Too Many Requests: retry after 9",
         "parameters": {"retry_after": 9}}
        """);
    says(OPERATOR, "/ask coder go", "Good morning.");
    assertThat(pauses).contains(Duration.ofSeconds(9));
  }

  @Test
  void givesUpOnOneWhoBlockedTheBot() {
    start();
    server.write(OPERATOR, "/whoami");
    server.await(OPERATOR, "You are");
    agents.holdsUp();
    server.write(OPERATOR, "/ask coder go");
    server.await(OPERATOR, "Good");
    server.control("block", "{\"user\": 7}");
    agents.gate.countDown();

    Waiting.until(() -> "log " + log, () -> log.stream().anyMatch(l -> l.contains("blocked")));
    says(VIEWER, "/status coder", "all is well");
  }

  @Test
  void cutsAnAnswerThatDoesNotEnd() {
    agents.says = List.of("x".repeat(3_000_000));
    start();
    says(OPERATOR, "/ask coder go", "cut here");
    assertThat(server.texts(OPERATOR)).hasSize(11);
  }

  @Test
  void endsWithTheRightToIt() {
    agents.holdsUp(); // for good: the turn ends by being interrupted
    agents.says = List.of("first ", "second ", "third ", "fourth");
    start();
    server.write(OPERATOR, "/ask coder go");
    server.await(OPERATOR, "first second");
    gate.revoke(OPERATOR);

    server.await(OPERATOR, "your right to it was taken back");
    Waiting.until(() -> "done", () -> database.count("telegram_update", "done = 0") == 0);
    assertThat(server.texts(OPERATOR))
        .containsExactly(
            "coder:\nfirst second",
            "coder: the answer ends here: your right to it was taken back.");
    assertThat(gate.refusals).containsExactly("7 coder ask: taken_back");
  }

  @Test
  void showsNothingToOneWhoseRightIsGoneBeforeTheFirstWord() throws Exception {
    agents.holdsUp();
    agents.says = List.of("all at once");
    start(
        time -> {
          Thread.sleep(Long.MAX_VALUE); // no edit before the end
        });
    server.write(OPERATOR, "/ask coder go");
    agents.begun.await();
    gate.revoke(OPERATOR);
    agents.gate.countDown();

    server.await(OPERATOR, "your right to it was taken back");
    assertThat(String.join("", server.texts(OPERATOR))).doesNotContain("all at once");
  }

  @Test
  void saysThatThereWasNoAnswer() {
    agents.says = List.of();
    start();
    says(OPERATOR, "/ask coder go", "coder: no answer");
  }
}
