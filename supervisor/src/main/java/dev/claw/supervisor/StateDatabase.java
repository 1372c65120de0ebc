package dev.claw.supervisor;

import dev.claw.access.AccessSchema;
import dev.claw.access.telegram.TelegramSchema;
import dev.claw.lock.HeldFile;
import dev.claw.model.AgentId;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import org.sqlite.JDBC;

/**
 * {@code claw.db}: SQLite in WAL mode with {@code synchronous=FULL}. It remembers the highest lock
 * serial seen for each agent, so that an older lock with a good signature is recognised as
 * replayed; grants, approvals, what agents used of their budgets, the latest instant that was seen,
 * and who may act from a chat.
 */
public final class StateDatabase implements AutoCloseable {
  /** The statements of each version; {@code user_version} says how many versions have run. */
  private static final List<List<String>> MIGRATIONS =
      List.of(
          List.of(
              """
              CREATE TABLE lock_serial (
                agent_id TEXT PRIMARY KEY,
                serial INTEGER NOT NULL CHECK (serial >= 1)
              ) STRICT, WITHOUT ROWID
              """),
          List.of(
              """
              CREATE TABLE egress_grant (
                agent_id TEXT NOT NULL,
                id TEXT NOT NULL,
                payload TEXT NOT NULL,
                signatures TEXT NOT NULL,
                PRIMARY KEY (agent_id, id)
              ) STRICT, WITHOUT ROWID
              """,
              """
              CREATE TABLE egress_usage (
                agent_id TEXT PRIMARY KEY,
                day INTEGER NOT NULL,
                bytes INTEGER NOT NULL CHECK (bytes >= 0),
                model_tokens INTEGER NOT NULL CHECK (model_tokens >= 0)
              ) STRICT, WITHOUT ROWID
              """,
              """
              CREATE TABLE latest_instant (
                one INTEGER PRIMARY KEY CHECK (one = 1),
                millis INTEGER NOT NULL CHECK (millis BETWEEN 0 AND 253402300799999),
                boot TEXT NOT NULL,
                uptime INTEGER NOT NULL CHECK (uptime >= 0)
              ) STRICT
              """),
          ApprovalRow.TABLE,
          AccessSchema.STATEMENTS,
          TelegramSchema.STATEMENTS);

  private final Path file;
  private final Connection connection;

  private StateDatabase(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * Opens the database, makes it where it is missing, and brings it to this version's form.
   *
   * @throws SupervisorException where it can't be opened, is damaged, or was written by a newer
   *     claw
   */
  public static StateDatabase open(Path file) throws SupervisorException {
    // One at a time: SQLite does not wait, but fails, where two switch a new file to WAL at once.
    try (HeldFile _ = HeldFile.open(file.resolveSibling(file.getFileName() + ".lock"))) {
      createPrivately(file);
      Properties settings = new Properties();
      settings.setProperty("busy_timeout", "10000");
      // JDBC.createConnection, not DriverManager: no scan of the class path for drivers.
      Connection connection = JDBC.createConnection("jdbc:sqlite:" + uri(file), settings);
      try {
        StateDatabase database = new StateDatabase(file, connection);
        database.migrate();
        return database;
      } catch (SQLException | SupervisorException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw broken(file, e);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, file + ": can't be made: " + Failures.describe(e), e);
    }
  }

  /**
   * The driver takes what follows a '?' for settings. In a URI each character that means something
   * there has another spelling (RFC 3986 section 2.1), and SQLite turns it back.
   */
  private static String uri(Path file) {
    StringBuilder uri = new StringBuilder("file:");
    for (byte b : file.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "/-._~".indexOf(c) >= 0)) {
        uri.append(c);
      } else {
        uri.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return uri.toString();
  }

  private static void createPrivately(Path file) throws IOException, SupervisorException {
    if (Files.isSymbolicLink(file)) {
      throw new SupervisorException(
          Reason.STATE, file + ": expected a file, found a link; move it away");
    }
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } catch (FileAlreadyExistsException e) {
        // Another claw made it in this moment; SQLite sorts out the rest.
      }
    }
  }

  private void migrate() throws SQLException, SupervisorException {
    try (Statement statement = connection.createStatement()) {
      int version = version(statement);
      if (version == MIGRATIONS.size()) {
        statement.execute("PRAGMA synchronous = FULL");
        return;
      }
      if (version > MIGRATIONS.size()) {
        throw new SupervisorException(
            Reason.STATE,
            file
                + ": was written by a newer claw (form "
                + version
                + ", this one knows "
                + MIGRATIONS.size()
                + "); install that claw again");
      }
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("BEGIN IMMEDIATE");
      // Another process may have migrated while this one waited for the write lock.
      for (int next = version(statement); next < MIGRATIONS.size(); next++) {
        for (String sql : MIGRATIONS.get(next)) {
          statement.execute(sql);
        }
        statement.execute("PRAGMA user_version = " + (next + 1));
      }
      statement.execute("COMMIT");
    }
  }

  private static int version(Statement statement) throws SQLException {
    try (ResultSet result = statement.executeQuery("PRAGMA user_version")) {
      return result.getInt(1);
    }
  }

  /** The highest lock serial seen for this agent; 0 where none was. */
  public long highestSerial(AgentId agent) throws SupervisorException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT serial FROM lock_serial WHERE agent_id = ?")) {
      query.setString(1, agent.value());
      try (ResultSet result = query.executeQuery()) {
        return result.next() ? result.getLong(1) : 0;
      }
    } catch (SQLException e) {
      throw broken(file, e);
    }
  }

  /** Remembers that this serial was seen; a lower one than the highest changes nothing. */
  public void sawSerial(AgentId agent, long serial) throws SupervisorException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            INSERT INTO lock_serial (agent_id, serial) VALUES (?, ?)
            ON CONFLICT (agent_id) DO UPDATE SET serial = max(serial, excluded.serial)
            """)) {
      upsert.setString(1, agent.value());
      upsert.setLong(2, serial);
      upsert.executeUpdate();
    } catch (SQLException e) {
      throw broken(file, e);
    }
  }

  /** Forgets an agent that is gone for good. */
  public void forget(AgentId agent) throws SupervisorException {
    List<String> tables =
        new ArrayList<>(List.of("lock_serial", "egress_grant", "egress_usage", "approval"));
    tables.addAll(AccessSchema.KEYED_BY_AGENT);
    inTransaction(
        within -> {
          for (String table : tables) {
            try (PreparedStatement delete =
                within.prepareStatement("DELETE FROM " + table + " WHERE agent_id = ?")) {
              delete.setString(1, agent.value());
              delete.executeUpdate();
            }
          }
          return agent;
        });
  }

  /** What is asked of the database. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException, SupervisorException;
  }

  /** Reads. */
  <T> T read(Work<T> work) throws SupervisorException {
    try {
      return work.run(connection);
    } catch (SQLException e) {
      throw broken(file, e);
    }
  }

  /** Reads and writes, all of it or nothing, while nobody else writes. */
  <T> T inTransaction(Work<T> work) throws SupervisorException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      boolean done = false;
      try {
        T result = work.run(connection);
        statement.execute("COMMIT");
        done = true;
        return result;
      } finally {
        if (!done) {
          rollBack(statement);
        }
      }
    } catch (SQLException e) {
      throw broken(file, e);
    }
  }

  private static void rollBack(Statement statement) {
    try {
      statement.execute("ROLLBACK");
    } catch (SQLException e) {
      // SQLite rolled it back already, or does so when the connection closes.
    }
  }

  private static SupervisorException broken(Path file, SQLException e) {
    return new SupervisorException(
        Reason.STATE,
        file
            + ": "
            + e.getMessage()
            + "; check disk space and permissions; where the file is damaged, put back a copy from"
            + " your backup",
        e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // Every write was committed on its own; a close that fails loses nothing.
    }
  }
}
