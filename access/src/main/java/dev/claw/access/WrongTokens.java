package dev.claw.access;

import static dev.claw.access.AccessSchema.TELEGRAM;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/**
 * How often somebody showed a token that leads nowhere. After {@link #MOST} times, with no pause in
 * between, none of the person's is looked at until a pause is over. However many people try, only
 * {@link #ROWS} are remembered; those that may not try stay longest.
 */
final class WrongTokens {
  static final int MOST = 10;
  static final Duration PAUSE = Duration.ofMinutes(10);
  static final int ROWS = 1000;

  private WrongTokens() {}

  /** Whether none of this person's tokens is looked at now. */
  static boolean tooMany(Connection connection, long user, Instant now) throws SQLException {
    return count(connection, user, now) >= MOST;
  }

  private static int count(Connection connection, long user, Instant now) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT count FROM access_wrong_token"
                + " WHERE service = ? AND user_id = ? AND latest > ?")) {
      query.setString(1, TELEGRAM);
      query.setLong(2, user);
      query.setLong(3, now.minus(PAUSE).toEpochMilli());
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? row.getInt(1) : 0;
      }
    }
  }

  /** Counts one more. In a transaction. */
  static void add(Connection connection, long user, Instant now) throws SQLException {
    int count = Math.min(count(connection, user, now), MOST - 1) + 1;
    forget(connection, user, now);
    makeRoom(connection);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO access_wrong_token (service, user_id, count, latest)"
                + " VALUES (?, ?, ?, ?)")) {
      insert.setString(1, TELEGRAM);
      insert.setLong(2, user);
      insert.setInt(3, count);
      insert.setLong(4, now.toEpochMilli());
      insert.executeUpdate();
    }
  }

  private static void forget(Connection connection, long user, Instant now) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM access_wrong_token WHERE latest <= ? OR (service = ? AND user_id = ?)")) {
      delete.setLong(1, now.minus(PAUSE).toEpochMilli());
      delete.setString(2, TELEGRAM);
      delete.setLong(3, user);
      delete.executeUpdate();
    }
  }

  private static void makeRoom(Connection connection) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM access_wrong_token WHERE (service, user_id) IN (
              SELECT service, user_id FROM access_wrong_token
              ORDER BY count DESC, latest DESC LIMIT -1 OFFSET ?)
            """)) {
      delete.setInt(1, ROWS - 1);
      delete.executeUpdate();
    }
  }
}
