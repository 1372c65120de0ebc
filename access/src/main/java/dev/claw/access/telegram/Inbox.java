package dev.claw.access.telegram;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Which updates were begun and which are done. An update is on disk before it is acted on and
 * before it is confirmed to Telegram, so it takes effect at most once, whenever the process ends;
 * one that was begun and not finished is found again.
 */
final class Inbox {
  /** Telegram itself keeps an update for a day, and starts numbers anew after a week of silence. */
  private static final Duration KEPT = Duration.ofDays(3);

  /** Most that are kept of those that are done, however many come in that time. */
  private static final int MOST_DONE = 50_000;

  private final AccessDatabase database;
  private final String run;

  /**
   * @param run a name of this process that no earlier one had
   */
  Inbox(AccessDatabase database, String run) {
    this.database = database;
    this.run = run;
  }

  /**
   * An update as it is noted.
   *
   * @param chat whom to tell if it is cut short; 0 for nobody
   * @param what the command and its agent, never the rest of what was written
   */
  record Note(long id, long chat, String what) {}

  /**
   * Notes updates as begun.
   *
   * @return those that were never seen; the others took or will take their course
   */
  List<Note> begin(List<Note> notes) throws AccessException {
    return database.inTransaction(
        (connection, now) -> {
          prune(connection, now);
          List<Note> fresh = new ArrayList<>();
          try (PreparedStatement insert =
              connection.prepareStatement(
                  """
                  INSERT INTO telegram_update (id, run, chat, what, done, at)
                  VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO NOTHING
                  """)) {
            for (Note note : notes) {
              insert.setLong(1, note.id());
              insert.setString(2, run);
              insert.setLong(3, note.chat());
              insert.setString(4, note.what());
              insert.setLong(5, now.toEpochMilli());
              if (insert.executeUpdate() == 1) {
                fresh.add(note);
              }
            }
          }
          return fresh;
        });
  }

  private static void prune(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM telegram_update WHERE at < ?")) {
      delete.setLong(1, now.minus(KEPT).toEpochMilli());
      delete.executeUpdate();
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM telegram_update WHERE done = 1 AND at <=
              (SELECT at FROM telegram_update WHERE done = 1 ORDER BY at DESC LIMIT 1 OFFSET ?)
            """)) {
      delete.setInt(1, MOST_DONE);
      delete.executeUpdate();
    }
  }

  /** They have taken their course, or the person knows that they did not. */
  void done(List<Long> ids) throws AccessException {
    database.inTransaction(
        (connection, now) -> {
          try (PreparedStatement update =
              connection.prepareStatement("UPDATE telegram_update SET done = 1 WHERE id = ?")) {
            for (long id : ids) {
              update.setLong(1, id);
              update.executeUpdate();
            }
          }
          return ids;
        });
  }

  /** Those that an earlier process began and did not finish, the oldest first. */
  List<Note> interrupted() throws AccessException {
    return database.read(
        (connection, now) -> {
          try (PreparedStatement query =
              connection.prepareStatement(
                  "SELECT id, chat, what FROM telegram_update WHERE done = 0 AND run <> ?"
                      + " ORDER BY at, id")) {
            query.setString(1, run);
            List<Note> notes = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
              while (rows.next()) {
                notes.add(new Note(rows.getLong(1), rows.getLong(2), rows.getString(3)));
              }
            }
            return notes;
          }
        });
  }
}
