package dev.claw.access.telegram;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import dev.claw.model.Quoted;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.Optional;

/**
 * How the bot fares. It is kept in {@code claw.db}, so that it can be read when the process that
 * ran the bot is gone.
 *
 * @param since when this phase began
 * @param contact when Telegram last answered, to the minute
 * @param sentence what is wrong and what to do; empty while nothing is
 */
public record TelegramStatus(
    Phase phase, Instant since, Optional<Instant> contact, String sentence) {
  /** What it is at. */
  public enum Phase {
    /** It has not reached Telegram yet. */
    STARTING,
    /** It hears what people write. */
    RUNNING,
    /** It does not at present, and tries again by itself. */
    WAITING,
    /** It was ended with its process. */
    ENDED,
    /** It gave up: somebody has to do something. */
    STOPPED
  }

  private static Phase phase(String text) throws AccessException {
    for (Phase phase : Phase.values()) {
      if (phase.name().equals(text)) {
        return phase;
      }
    }
    throw new AccessException(
        "claw.db: expected a phase of the bot in telegram_state, found " + Quoted.of(text));
  }

  /** As last kept; empty where no bot ever ran. */
  public static Optional<TelegramStatus> find(AccessDatabase database) throws AccessException {
    return database.read(
        (connection, now) -> {
          try (PreparedStatement query =
                  connection.prepareStatement(
                      "SELECT phase, since, contact, sentence FROM telegram_state");
              ResultSet row = query.executeQuery()) {
            if (!row.next()) {
              return Optional.empty();
            }
            long contact = row.getLong(3);
            boolean never = row.wasNull();
            return Optional.of(
                new TelegramStatus(
                    phase(row.getString(1)),
                    Instant.ofEpochMilli(row.getLong(2)),
                    never ? Optional.empty() : Optional.of(Instant.ofEpochMilli(contact)),
                    row.getString(4)));
          }
        });
  }
}
