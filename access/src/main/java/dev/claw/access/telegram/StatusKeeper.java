package dev.claw.access.telegram;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import dev.claw.access.telegram.TelegramStatus.Phase;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** Keeps the bot's status; a database that can't be written is no reason to fail. */
final class StatusKeeper {
  private static final Duration CONTACT_IS_KEPT_EVERY = Duration.ofMinutes(1);

  private final AccessDatabase database;
  private final Consumer<String> log;
  private TelegramStatus status =
      new TelegramStatus(Phase.STARTING, Instant.EPOCH, Optional.empty(), "");
  private Instant latest = Instant.EPOCH;

  StatusKeeper(AccessDatabase database, Consumer<String> log) {
    this.database = database;
    this.log = log;
  }

  synchronized TelegramStatus status() {
    return status;
  }

  /** Telegram answered. */
  synchronized void contact() {
    keep(
        now ->
            status.phase() == Phase.RUNNING
                    && status
                        .contact()
                        .filter(last -> now.isBefore(last.plus(CONTACT_IS_KEPT_EVERY)))
                        .isPresent()
                ? status
                : new TelegramStatus(
                    Phase.RUNNING,
                    status.phase() == Phase.RUNNING ? status.since() : now,
                    Optional.of(now),
                    ""));
  }

  /** Another phase; the same with another sentence goes on since when it was. */
  synchronized void enter(Phase phase, String sentence) {
    keep(
        now ->
            new TelegramStatus(
                phase,
                status.phase() == phase && !status.since().equals(Instant.EPOCH)
                    ? status.since()
                    : now,
                status.contact(),
                sentence));
  }

  @FunctionalInterface
  private interface Next {
    TelegramStatus at(Instant now);
  }

  private void keep(Next next) {
    TelegramStatus before = status;
    try {
      try {
        // The time comes from the database, which lets none run backwards.
        latest = database.read((connection, instant) -> instant);
      } finally {
        status = next.at(latest); // it is so, whether or not it can be kept
      }
      if (!status.equals(before)) {
        write(status);
      }
    } catch (AccessException e) {
      log.accept("telegram: its state can't be kept: " + e.getMessage());
    }
    if (status.phase() != before.phase() || !status.sentence().equals(before.sentence())) {
      String sentence = status.sentence().isEmpty() ? "" : ": " + status.sentence();
      log.accept("telegram: " + word(status.phase()) + sentence);
    }
  }

  private static String word(Phase phase) {
    return switch (phase) {
      case STARTING -> "starting";
      case RUNNING -> "running";
      case WAITING -> "waiting";
      case ENDED -> "ended";
      case STOPPED -> "stopped";
    };
  }

  private void write(TelegramStatus kept) throws AccessException {
    database.inTransaction(
        (connection, now) -> {
          try (PreparedStatement upsert =
              connection.prepareStatement(
                  """
                  INSERT INTO telegram_state (one, phase, since, contact, sentence)
                  VALUES (1, ?, ?, ?, ?)
                  ON CONFLICT (one) DO UPDATE SET phase = excluded.phase, since = excluded.since,
                    contact = excluded.contact, sentence = excluded.sentence
                  """)) {
            upsert.setString(1, kept.phase().name());
            upsert.setLong(2, kept.since().toEpochMilli());
            upsert.setObject(3, kept.contact().map(Instant::toEpochMilli).orElse(null));
            upsert.setString(4, kept.sentence());
            upsert.executeUpdate();
          }
          return kept;
        });
  }
}
