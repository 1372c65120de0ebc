package dev.claw.access;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/** {@code claw.db} as this room uses it; whoever owns the file opens it and makes the tables. */
public interface AccessDatabase {
  /** What is asked of the database. */
  @FunctionalInterface
  interface Work<T> {
    /**
     * @param now which never runs backwards, whatever the wall clock was set to
     */
    T run(Connection connection, Instant now) throws SQLException, AccessException;
  }

  /** Reads. */
  <T> T read(Work<T> work) throws AccessException;

  /** Reads and writes, all of it durably or nothing, while nobody else writes. */
  <T> T inTransaction(Work<T> work) throws AccessException;
}
