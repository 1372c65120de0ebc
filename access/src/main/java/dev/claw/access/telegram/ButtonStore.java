package dev.claw.access.telegram;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import dev.claw.access.ChatAgents.Verdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Which buttons were sent to whom, and what pressing them means. */
final class ButtonStore {
  private static final Duration KEPT = Duration.ofDays(7);

  private final AccessDatabase database;

  ButtonStore(AccessDatabase database) {
    this.database = database;
  }

  /** What pressing a button means. */
  record Meaning(String question, Verdict verdict) {}

  /** A message that asks a person. */
  record Asking(long user, int message) {}

  /** Keeps buttons before they are sent. */
  void offer(String question, long user, Map<String, Verdict> buttons) throws AccessException {
    database.inTransaction(
        (connection, now) -> {
          for (String table : List.of("telegram_button", "telegram_question")) {
            try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM " + table + " WHERE at < ?")) {
              delete.setLong(1, now.minus(KEPT).toEpochMilli());
              delete.executeUpdate();
            }
          }
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO telegram_button (id, question, user, verdict, at)"
                      + " VALUES (?, ?, ?, ?, ?)")) {
            for (Map.Entry<String, Verdict> button : buttons.entrySet()) {
              insert.setString(1, button.getKey());
              insert.setString(2, question);
              insert.setLong(3, user);
              insert.setString(4, button.getValue().name());
              insert.setLong(5, now.toEpochMilli());
              insert.executeUpdate();
            }
          }
          return question;
        });
  }

  /**
   * Keeps which message has them.
   *
   * @return whether the question is still open
   */
  boolean sent(String question, long user, int message) throws AccessException {
    return database.inTransaction(
        (connection, now) -> {
          if (count(connection, question, user) == 0) {
            return false;
          }
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT OR REPLACE INTO telegram_question (question, user, message, at)"
                      + " VALUES (?, ?, ?, ?)")) {
            insert.setString(1, question);
            insert.setLong(2, user);
            insert.setInt(3, message);
            insert.setLong(4, now.toEpochMilli());
            insert.executeUpdate();
          }
          return true;
        });
  }

  private static int count(Connection connection, String question, long user) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT count(*) FROM telegram_button WHERE question = ? AND user = ?")) {
      query.setString(1, question);
      query.setLong(2, user);
      try (ResultSet row = query.executeQuery()) {
        return row.getInt(1);
      }
    }
  }

  /** The meaning of a button that was sent to this person and is still open. */
  Optional<Meaning> find(String button, long user) throws AccessException {
    return database.read(
        (connection, now) -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT question, verdict FROM telegram_button WHERE id = ? AND user = ?")) {
            query.setString(1, button);
            query.setLong(2, user);
            try (ResultSet row = query.executeQuery()) {
              return row.next() ? meaning(row.getString(1), row.getString(2)) : Optional.empty();
            }
          }
        });
  }

  /** A row that is not as it was written stands for nothing. */
  private static Optional<Meaning> meaning(String question, String verdict) {
    for (Verdict known : Verdict.values()) {
      if (known.name().equals(verdict)) {
        return Optional.of(new Meaning(question, known));
      }
    }
    return Optional.empty();
  }

  /** The message by which this person was asked last. */
  OptionalInt message(String question, long user) throws AccessException {
    return database.read(
        (connection, now) -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT message FROM telegram_question WHERE question = ? AND user = ?")) {
            query.setString(1, question);
            query.setLong(2, user);
            try (ResultSet row = query.executeQuery()) {
              return row.next() ? OptionalInt.of(row.getInt(1)) : OptionalInt.empty();
            }
          }
        });
  }

  /** Forgets the question; who had been asked is told to whoever is first. */
  List<Asking> close(String question) throws AccessException {
    return database.inTransaction(
        (connection, now) -> {
          List<Asking> asking = new ArrayList<>();
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "DELETE FROM telegram_question WHERE question = ? RETURNING user, message")) {
            delete.setString(1, question);
            try (ResultSet rows = delete.executeQuery()) {
              while (rows.next()) {
                asking.add(new Asking(rows.getLong(1), rows.getInt(2)));
              }
            }
          }
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM telegram_button WHERE question = ?")) {
            delete.setString(1, question);
            delete.executeUpdate();
          }
          return asking;
        });
  }

  /** Questions that are open, those that this person was asked or all. */
  List<String> open(Optional<Long> user) throws AccessException {
    return database.read(
        (connection, now) -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT DISTINCT question FROM telegram_button WHERE ?1 IS NULL OR user = ?1"
                      + " ORDER BY question")) {
            query.setObject(1, user.orElse(null));
            List<String> questions = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
              while (rows.next()) {
                questions.add(rows.getString(1));
              }
            }
            return questions;
          }
        });
  }
}
