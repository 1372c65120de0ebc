package dev.claw.access.telegram;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A database with the bot's tables and a clock that tests set. */
final class TestDatabase implements AccessDatabase, AutoCloseable {
  private final Connection connection;
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private boolean broken;
  private @Nullable Error dies;

  TestDatabase(Path folder) {
    try {
      connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("claw.db"));
      try (Statement statement = connection.createStatement()) {
        for (String sql : TelegramSchema.STATEMENTS) {
          statement.execute(sql);
        }
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  synchronized void passes(Duration time) {
    now = now.plus(time);
  }

  /** From now on nothing can be written, as on a full disk. */
  synchronized void breaks(boolean isBroken) {
    broken = isBroken;
  }

  /** The next that is written ends in this. */
  synchronized void dies(Error why) {
    dies = why;
  }

  @Override
  public synchronized <T> T read(Work<T> work) throws AccessException {
    try {
      return work.run(connection, now);
    } catch (SQLException e) {
      throw new AccessException("claw.db: " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized <T> T inTransaction(Work<T> work) throws AccessException {
    Error why = dies;
    if (why != null) {
      dies = null;
      throw why;
    }
    if (broken) {
      throw new AccessException("claw.db: database or disk is full");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      try {
        T result = work.run(connection, now);
        statement.execute("COMMIT");
        return result;
      } catch (SQLException | AccessException | RuntimeException e) {
        statement.execute("ROLLBACK");
        throw e;
      }
    } catch (SQLException e) {
      throw new AccessException("claw.db: " + e.getMessage(), e);
    }
  }

  /** How many rows a table has that fit. */
  long count(String table, String where) {
    try {
      return read(
          (within, instant) -> {
            try (Statement statement = within.createStatement();
                var rows =
                    statement.executeQuery("SELECT count(*) FROM " + table + " WHERE " + where)) {
              return rows.getLong(1);
            }
          });
    } catch (AccessException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
