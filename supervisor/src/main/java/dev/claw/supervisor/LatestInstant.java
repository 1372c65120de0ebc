package dev.claw.supervisor;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * Time as grants count it: never before the latest instant that claw has seen, which {@code
 * claw.db} keeps. Within one boot what has passed since counts too, whatever the clock was set to;
 * after a boot with the clock set back, time goes on from the latest instant seen.
 */
final class LatestInstant {
  /** So much older the kept instant may be; a write an instant would be an fsync an instant. */
  private static final long LAG_MILLIS = 60_000;

  private final InstantSource wall;
  private final Supplier<Uptime> uptime;

  LatestInstant(InstantSource wall, Supplier<Uptime> uptime) {
    this.wall = wall;
    this.uptime = uptime;
  }

  /** Now. */
  Instant now(Connection connection) throws SQLException {
    return look(connection, uptime.get()).now();
  }

  /** Now, kept where what is kept is older by a minute. In a transaction. */
  Instant advance(Connection connection) throws SQLException {
    return keep(connection, LAG_MILLIS);
  }

  /** Now, kept. In a transaction. */
  Instant mark(Connection connection) throws SQLException {
    return keep(connection, 0);
  }

  /** Whether {@link #advance} would write. */
  boolean isBehind(Connection connection) throws SQLException {
    Look look = look(connection, uptime.get());
    return look.now().toEpochMilli() - look.kept() >= LAG_MILLIS;
  }

  private record Look(Instant now, long kept) {}

  private Look look(Connection connection, Uptime up) throws SQLException {
    long clock = wall.instant().toEpochMilli();
    try (Statement query = connection.createStatement();
        ResultSet row = query.executeQuery("SELECT millis, boot, uptime FROM latest_instant")) {
      if (!row.next()) {
        return new Look(Instant.ofEpochMilli(clock), Long.MIN_VALUE / 2);
      }
      long kept = row.getLong(1);
      long counted = kept + up.since(new Uptime(row.getString(2), row.getLong(3)));
      return new Look(Instant.ofEpochMilli(Math.max(clock, counted)), kept);
    }
  }

  private Instant keep(Connection connection, long lag) throws SQLException {
    Uptime up = uptime.get();
    Look look = look(connection, up);
    long now = look.now().toEpochMilli();
    if (now - look.kept() >= lag) {
      try (PreparedStatement upsert =
          connection.prepareStatement(
              """
              INSERT INTO latest_instant (one, millis, boot, uptime) VALUES (1, ?, ?, ?)
              ON CONFLICT (one) DO UPDATE
              SET millis = excluded.millis, boot = excluded.boot, uptime = excluded.uptime
              """)) {
        upsert.setLong(1, now);
        upsert.setString(2, up.boot());
        upsert.setLong(3, up.millis());
        upsert.executeUpdate();
      }
    }
    return look.now();
  }
}
