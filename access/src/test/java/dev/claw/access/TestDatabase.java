package dev.claw.access;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/** A real database with some tables; tests choose its time and when it fails. */
public class TestDatabase implements AccessDatabase, AutoCloseable {
  final Path file;

  /** Run on each connection before anything else. */
  volatile String pragma = "PRAGMA synchronous = FULL";

  volatile Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private volatile boolean broken;
  private final AtomicReference<@Nullable Error> dies = new AtomicReference<>();
  private final ReadWriteLock use = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * @param statements that make the tables
   */
  public TestDatabase(Path folder, List<String> statements) throws SQLException {
    this.file = folder.resolve("claw.db");
    sql("PRAGMA journal_mode = WAL");
    for (String statement : statements) {
      sql(statement);
    }
  }

  /** From now on nothing can be written, as on a full disk. */
  public void breaks(boolean isBroken) {
    broken = isBroken;
  }

  /** The next that is written ends in this. */
  public void dies(Error why) {
    dies.set(why);
  }

  /** Lets time pass. */
  public void pass(Duration time) {
    now = now.plus(time);
  }

  private Connection connect() throws SQLException {
    if (closed) {
      throw new SQLException("the test is over");
    }
    Properties settings = new Properties();
    settings.setProperty("busy_timeout", "10000");
    Connection connection = JDBC.createConnection("jdbc:sqlite:" + file, settings);
    try (Statement statement = connection.createStatement()) {
      statement.execute(pragma);
    }
    return connection;
  }

  /** Waits for what is under way; after it nothing touches the file any more. */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      closed = true;
    } finally {
      use.writeLock().unlock();
    }
  }

  @Override
  public <T> T read(Work<T> work) throws AccessException {
    use.readLock().lock();
    try (Connection connection = connect()) {
      return work.run(connection, now);
    } catch (SQLException e) {
      throw new AccessException("claw.db: " + e.getMessage(), e);
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public <T> T inTransaction(Work<T> work) throws AccessException {
    Error why = dies.getAndSet(null);
    if (why != null) {
      throw why;
    }
    if (broken) {
      throw new AccessException("claw.db: database or disk is full");
    }
    use.readLock().lock();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      T result = work.run(connection, now);
      statement.execute("COMMIT");
      return result;
    } catch (SQLException e) {
      throw new AccessException("claw.db: " + e.getMessage(), e);
    } finally {
      use.readLock().unlock();
    }
  }

  /** Runs one statement by itself. */
  public final void sql(String sql, Object... values) throws SQLException {
    try (Connection connection = connect();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.execute();
    }
  }

  /** How many rows of a table there are that fit. */
  public long count(String table, String where) {
    try {
      return read(
          (connection, then) -> {
            try (Statement statement = connection.createStatement();
                var rows =
                    statement.executeQuery("SELECT count(*) FROM " + table + " WHERE " + where)) {
              return rows.getLong(1);
            }
          });
    } catch (AccessException e) {
      throw new AssertionError(e);
    }
  }
}
