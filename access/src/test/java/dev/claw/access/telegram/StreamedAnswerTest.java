package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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

  /** A bot that is told to wait for minutes, and does until the test lets it go on. */
  private CountDownLatch startBeforeALongWait(String method) {
    CountDownLatch over = new CountDownLatch(1);
    start(
        time -> {
          pauses.add(time);
          if (time.compareTo(Duration.ofSeconds(10)) > 0) {
            over.await();
          }
          Thread.sleep(Math.min(5, time.toMillis()));
        });
    says(OPERATOR, "/whoami", "You are");
    server.control(
        "fail",
        """
        {"method": "%s", "error_code": 429, "description": "Too Many Requests: retry after 300",
         "parameters": {"retry_after": 300}}
        """
            .formatted(method));
    agents.says = List.of("first ", "second");
    return over;
  }

  private void awaitLongWait() {
    Waiting.until(() -> "pause " + pauses, () -> pauses.contains(Duration.ofMinutes(5)));
  }

  @Test
  void endsWithTheRightToItWhileTelegramHasItWait() {
    agents.holdsUp(); // for good: the turn ends by being interrupted
    CountDownLatch over = startBeforeALongWait("editMessageText");
    server.write(OPERATOR, "/ask coder go");
    awaitLongWait();
    gate.revoke(OPERATOR);

    server.await(OPERATOR, "your right to it was taken back");
    over.countDown();
    settle();
    assertThat(String.join("", server.texts(OPERATOR))).doesNotContain("first");
    assertThat(gate.refusals).containsExactly("7 coder ask: taken_back");
  }

  @Test
  void showsNothingOfAnAnswerThatIsWholeToOneWhoseRightEndsWhileTelegramHasItWait() {
    CountDownLatch over = startBeforeALongWait("editMessageText");
    server.write(OPERATOR, "/ask coder go");
    awaitLongWait();
    gate.revoke(OPERATOR);

    server.await(OPERATOR, "your right to it was taken back");
    over.countDown();
    settle();
    assertThat(String.join("", server.texts(OPERATOR))).doesNotContain("first");
  }

  @Test
  void asksNothingForOneWhoseRightEndsBeforeTheFirstMessageIsSent() {
    CountDownLatch over = startBeforeALongWait("sendMessage");
    server.write(OPERATOR, "/ask coder go");
    awaitLongWait();
    gate.revoke(OPERATOR);

    server.await(OPERATOR, "your right to it was taken back");
    over.countDown();
    settle();
    assertThat(agents.done).isEmpty();
  }

  @Test
  void saysThatThereWasNoAnswer() {
    agents.says = List.of();
    start();
    says(OPERATOR, "/ask coder go", "coder: no answer");
  }
}
