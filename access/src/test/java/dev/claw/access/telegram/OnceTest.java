package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each update takes effect at most once, and none is lost without a word. */
class OnceTest extends BotScene {
  @Test
  void actsOnceOnWhatComesTwice() {
    start();
    int update = server.write(OPERATOR, "/stop coder");
    server.await(OPERATOR, "stopped");
    server.awaitConfirmed();

    server.control("repeat", "{\"update_id\":%d}".formatted(update));
    says(OPERATOR, "/status coder", "all is well");
    assertThat(agents.done).containsExactly("stop coder by 7", "status coder");
  }

  @Test
  void doesNotRepeatWhatItsProcessEndedIn() throws Exception {
    TelegramBot first = start();
    agents.holdsUp();
    int update = server.write(OPERATOR, "/stop coder");
    agents.begun.await();
    first.close();
    assertThat(database.count("telegram_update", "done = 0")).isEqualTo(1);

    start();
    server.control("repeat", "{\"update_id\":%d}".formatted(update));
    assertThat(server.await(OPERATOR, "claw ended").path("text").asText())
        .contains("/stop coder", "/status coder");
    agents.gate.countDown();
    says(OPERATOR, "/status coder", "all is well");
    assertThat(agents.done).containsExactly("stop coder by 7", "status coder");
    Waiting.until(() -> "done", () -> database.count("telegram_update", "done = 0") == 0);
    assertThat(server.texts(OPERATOR)).filteredOn(text -> text.contains("claw ended")).hasSize(1);
  }

  @Test
  void tellsWhatWasBegunAndNeverActedOn() throws Exception {
    new Inbox(database, "an earlier run")
        .begin(List.of(new Inbox.Note(1000, OPERATOR, "/start coder")));
    server.write(OPERATOR, "/start coder");
    start();

    server.await(OPERATOR, "claw ended while it did /start coder");
    server.awaitConfirmed();
    assertThat(agents.done).isEmpty();
  }

  @Test
  void saysWhereToLookAfterAButton() throws Exception {
    new Inbox(database, "an earlier run")
        .begin(List.of(new Inbox.Note(1, OPERATOR, "what a button says")));
    server.write(OPERATOR, "/status coder"); // a bot can't begin a conversation
    start();
    assertThat(server.await(OPERATOR, "claw ended").path("text").asText())
        .endsWith(
            "what a button says; it does not do it again by itself. Look with /approvals at what still waits.");
  }

  @Test
  void forgetsWhatTelegramHasForgotten() {
    start();
    says(OPERATOR, "/status coder", "all is well");
    Waiting.until(() -> "done", () -> database.count("telegram_update", "done = 1") == 1);
    database.pass(Duration.ofDays(4));

    says(OPERATOR, "/policy coder", "may");
    assertThat(database.count("telegram_update", "1 = 1")).isEqualTo(1);
  }

  @Test
  void keepsNothingOfWhatIsSaid() {
    start();
    says(OPERATOR, "/ask coder the secret is 4711", "Good morning.");
    assertThat(database.count("telegram_update", "what = '/ask coder'")).isEqualTo(1);
  }

  @Test
  void keepsNoMoreOfWhatIsDoneThanItsBound() throws Exception {
    database.sql(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
        INSERT INTO telegram_update (id, run, chat, what, done, at)
        SELECT 1000000 + i, 'earlier', 0, '', 1, %d + i FROM n
        """
            .formatted(System.currentTimeMillis()));
    start();
    says(OPERATOR, "/status coder", "all is well");
    assertThat(database.count("telegram_update", "done = 1")).isLessThanOrEqualTo(50_001);
    assertThat(database.count("telegram_update", "id = 1060000")).as("the newest").isEqualTo(1);
  }
}
