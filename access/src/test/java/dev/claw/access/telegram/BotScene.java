package dev.claw.access.telegram;

import dev.claw.access.Role;
import dev.claw.access.TestDatabase;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bot against the server: 7 is operator of {@code coder}, 8 its viewer, 9 admin of {@code coder}
 * and {@code tester}, 66 nobody.
 */
abstract class BotScene {
  static final long OPERATOR = 7;
  static final long VIEWER = 8;
  static final long ADMIN = 9;
  static final long STRANGER = 66;

  @TempDir Path folder;
  final TelegramServer server = new TelegramServer();
  final TestGate gate = new TestGate();
  final TestAgents agents = new TestAgents();
  final List<String> log = new CopyOnWriteArrayList<>();
  final List<Throwable> broken = new CopyOnWriteArrayList<>();
  final List<Duration> pauses = new CopyOnWriteArrayList<>();
  final AtomicLong nanos = new AtomicLong();
  private final List<TelegramBot> bots = new ArrayList<>();
  TestDatabase database;

  @BeforeEach
  void pair() throws Exception {
    database = new TestDatabase(folder, TelegramSchema.STATEMENTS);
    gate.pair(OPERATOR, "coder", Role.OPERATOR);
    gate.pair(VIEWER, "coder", Role.VIEWER);
    gate.pair(ADMIN, "coder", Role.ADMIN);
    gate.pair(ADMIN, "tester", Role.ADMIN);
  }

  @AfterEach
  void end() {
    agents.gate.countDown();
    bots.forEach(TelegramBot::close);
    server.close();
    database.close(); // a bot that is closed waits for nothing that it has begun
    if (String.join("\n", log).contains(TelegramServer.TOKEN.substring(5))) {
      throw new AssertionError("the token is in the log");
    }
  }

  /** A bot for which time passes quickly. */
  TelegramBot start() {
    return start(
        time -> {
          pauses.add(time);
          Thread.sleep(Math.min(5, time.toMillis()));
        });
  }

  TelegramBot start(Pause pause) {
    TelegramBot bot =
        TelegramBot.start(
            new TelegramBot.Surroundings(
                server.endpoint(),
                gate,
                agents,
                database,
                log::add,
                broken::add,
                pause,
                nanos::get,
                new SecureRandom()));
    bots.add(bot);
    return bot;
  }

  /** Waits until all that was written is taken on and done. */
  void settle() {
    server.awaitConfirmed();
    Waiting.until(
        () -> "nothing left undone", () -> database.count("telegram_update", "done = 0") == 0);
  }

  /** Writes, and waits for a message that holds the words. */
  String says(long user, String text, String words) {
    server.write(user, text);
    return server.await(user, words).path("text").asText();
  }
}
