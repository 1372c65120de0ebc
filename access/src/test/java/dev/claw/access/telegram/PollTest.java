package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.access.AccessException;
import dev.claw.access.telegram.TelegramStatus.Phase;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollTest extends BotScene {
  private void await(TelegramBot bot, Phase phase) {
    Waiting.until(() -> phase + " after " + bot.status(), () -> bot.status().phase() == phase);
  }

  @Test
  void introducesItself() {
    server.control("webhook", "{\"url\":\"https://elsewhere.example\"}");
    TelegramBot bot = start();

    await(bot, Phase.RUNNING);
    assertThat(server.state().path("webhook").asText()).isEmpty();
    assertThat(server.state().path("commands")).hasSize(Verb.values().length);
    assertThat(server.state().path("allowed_updates"))
        .extracting(kind -> kind.asText())
        .containsExactly("message", "callback_query");
    Waiting.until(() -> "a second poll", () -> server.calls("getupdates").size() == 2);
    assertThat(server.calls("getupdates"))
        .extracting(call -> call.path("timeout").asInt())
        .containsExactly(0, 50);
  }

  @Test
  void confirmsWhatItHasOnDiskAndNothingElse() {
    TelegramBot bot = start();
    await(bot, Phase.RUNNING);
    database.breaks(true);

    int update = server.write(OPERATOR, "/status coder");
    // Between two tries it polls, and says so.
    Waiting.until(
        () -> "waiting: " + bot.status(), () -> bot.status().sentence().contains("disk is full"));
    server.await(OPERATOR, "can't put on record");
    assertThat(server.state().path("pending")).hasSize(1);
    assertThat(agents.done).isEmpty();
    Waiting.until(() -> "it tries again", () -> pauses.size() > 3);
    assertThat(server.texts(OPERATOR)).as("told once").hasSize(1);

    database.breaks(false);
    server.await(OPERATOR, "all is well");
    server.awaitConfirmed();
    assertThat(server.calls("getupdates").getLast().path("offset").asInt()).isEqualTo(update + 1);
    assertThat(agents.done).containsExactly("status coder");
  }

  @Test
  void survivesAnHourWithoutNetworkAndAsksSeldom() {
    AtomicReference<Duration> gone = new AtomicReference<>(Duration.ZERO);
    CountDownLatch hour = new CountDownLatch(1);
    CountDownLatch back = new CountDownLatch(1);
    TelegramBot bot =
        start(
            time -> {
              pauses.add(time);
              if (gone.accumulateAndGet(time, Duration::plus).compareTo(Duration.ofHours(1)) > 0) {
                hour.countDown();
                back.await();
              }
            });
    await(bot, Phase.RUNNING);

    server.vanish();
    Waiting.until(() -> "an hour: " + gone, () -> hour.getCount() == 0);
    assertThat(bot.status().phase()).isEqualTo(Phase.WAITING);
    assertThat(bot.status().sentence()).contains("can't be reached");
    assertThat(pauses).allMatch(pause -> pause.compareTo(Duration.ofMinutes(1)) <= 0);
    assertThat(pauses.size()).isLessThan(140);
    assertThat(pauses.stream().distinct().count()).as("left to chance").isGreaterThan(20);

    server.returns();
    back.countDown();
    await(bot, Phase.RUNNING);
    says(OPERATOR, "/status coder", "all is well");
  }

  @Test
  void waitsAsLongAsTelegramSays() {
    server.control(
        "fail",
        """
        {"method": "getUpdates", "error_code": 429, "description": "Too Many Requests: retry after 217",
         "parameters": {"retry_after": 217}}
        """);
    TelegramBot bot = start();

    await(bot, Phase.RUNNING);
    assertThat(pauses).containsExactly(Duration.ofSeconds(217));
  }

  @Test
  void stopsWhereAnotherPollerHoldsTheToken() throws Exception {
    server.control("poller", "{\"on\":true}");
    TelegramBot bot = start();

    bot.await();
    assertThat(bot.status().phase()).isEqualTo(Phase.STOPPED);
    assertThat(bot.status().sentence())
        .contains("another program", "terminated by other getUpdates request", "/revoke");
    assertThat(pauses).hasSize(3).allMatch(pause -> pause.equals(Duration.ofSeconds(5)));
    assertThat(TelegramStatus.find(database)).contains(bot.status());
  }

  @Test
  void bearsTheCallThatAKilledProcessLeftBehind() {
    server.control(
        "fail",
        """
        {"method": "getUpdates", "times": 2, "error_code": 409, "description": "Conflict: terminated by other"}
        """);
    TelegramBot bot = start();

    await(bot, Phase.RUNNING);
    says(OPERATOR, "/status coder", "all is well");
  }

  @Test
  void stopsWhereTheTokenIsRevoked() throws Exception {
    TelegramBot bot = start();
    await(bot, Phase.RUNNING);

    server.control("revoke", "{}");
    bot.await();
    assertThat(bot.status().phase()).isEqualTo(Phase.STOPPED);
    assertThat(bot.status().sentence()).contains("revoked", "claw access setup telegram");
    bot.close();
    assertThat(TelegramStatus.find(database)).contains(bot.status());
    assertThat(bot.status().contact()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error_code\": 500, \"description\": \"Internal Server Error\"}",
        "{\"status\": 502, \"body\": \"<html>Bad Gateway</html>\"}",
        "{\"status\": 200, \"body\": \"<html>Please log in</html>\"}",
        "{\"status\": 404, \"body\": \"<html>Not Found</html>\"}",
        "{\"status\": 401, \"body\": \"\"}",
        "{\"body\": \"null\"}",
        "{\"body\": \"{\\\"ok\\\":true}\"}",
        "{\"body\": \"{\\\"ok\\\":true,\\\"result\\\":{}}\"}",
        "{\"body\": \"{\\\"ok\\\":true,\\\"result\\\":[{\\\"message\\\":{}}]}\"}",
        "{\"body\": \"{\\\"ok\\\":true,\\\"result\\\":[]} and more\"}",
        "{\"truncate\": true}",
        "{\"reset\": true}",
        "{\"huge\": 9000000}"
      })
  void survivesWhatIsNoAnswer(String failure) {
    server.control(
        "fail", failure.replaceFirst("\\{", "{\"method\": \"getUpdates\", \"times\": 2, "));
    TelegramBot bot = start();

    await(bot, Phase.RUNNING);
    assertThat(pauses).hasSize(2);
    assertThat(log).anyMatch(line -> line.startsWith("telegram: waiting"));
    says(OPERATOR, "/status coder", "all is well");
  }

  @Test
  void bearsAnUpdateThatItCannotRead() {
    start();
    server.control(
        "update", "{\"message\": {\"message_id\": \"no number\", \"chat\": [], \"date\": {}}}");

    says(OPERATOR, "/status coder", "all is well");
    server.awaitConfirmed();
  }

  /** Writes what Telegram would not let anybody write: six bytes for each letter. */
  private int writeLarge(int letters) {
    return server.write(
        STRANGER,
        "/help",
        """
        {"reply_to_message": {"message_id": 1, "date": 1, "chat": {"id": 66, "type": "private"}, "text": "%s"}}
        """
            .formatted("一".repeat(letters)));
  }

  @Test
  void takesInOneByOneWhatIsTooLargeTogether() {
    for (int i = 0; i < 3; i++) {
      writeLarge(700_000);
    }
    start();
    says(OPERATOR, "/status coder", "all is well");
    Waiting.until(() -> "all three", () -> server.texts(STRANGER).size() == 3);
    server.awaitConfirmed();
    assertThat(server.calls("getupdates"))
        .extracting(call -> call.path("limit").asInt())
        .startsWith(100, 1, 2);
  }

  @Test
  void goesPastAnUpdateThatIsTooLargeByItself() {
    int update = writeLarge(1_500_000);
    start();
    says(OPERATOR, "/status coder", "all is well");
    server.awaitConfirmed();
    assertThat(log)
        .anyMatch(line -> line.startsWith("telegram: update " + update + " was skipped"));
    assertThat(server.texts(STRANGER)).isEmpty();
  }

  @Test
  void saysThatTheProcessIsBrokenWhereAnErrorEndsThePoll() throws Exception {
    TelegramBot bot = start();
    await(bot, Phase.RUNNING);
    Error why = new LinkageError("half a class");
    database.dies(why);

    server.write(OPERATOR, "/status coder");
    bot.await();
    assertThat(broken).containsExactly(why);
    assertThat(bot.status().phase()).isEqualTo(Phase.STOPPED);
    assertThat(agents.done).isEmpty();
  }

  @Test
  void saysThatTheProcessIsBrokenWhereAnErrorEndsACommand() {
    start();
    Error why = new LinkageError("half a class");
    agents.dies = why;

    server.write(OPERATOR, "/status coder");
    Waiting.until(() -> "broken", () -> broken.contains(why));
  }

  @Test
  void aStateThatIsDamagedIsAFailureAndNoAnswer() throws Exception {
    await(start(), Phase.RUNNING);
    database.sql("UPDATE telegram_state SET phase = 'dancing'");
    assertThatThrownBy(() -> TelegramStatus.find(database))
        .isInstanceOf(AccessException.class)
        .hasMessageContaining("claw.db");
  }

  @Test
  void endsWithItsProcess() throws AccessException {
    TelegramBot bot = start();
    await(bot, Phase.RUNNING);

    bot.close();
    assertThat(TelegramStatus.find(database))
        .hasValueSatisfying(status -> assertThat(status.phase()).isEqualTo(Phase.ENDED));
  }
}
