package dev.claw.access;

import static dev.claw.access.AccessSchema.TELEGRAM;

import dev.claw.model.AgentId;
import dev.claw.model.InvalidValueException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rows of pairings. One that can't be believed pairs nobody. */
final class PairingTable {
  /** Most that are looked at for one agent. */
  private static final int MOST = 1000;

  private static final String COLUMNS =
      "user_id, substr(display_name, 1, 256), substr(user_name, 1, 64), substr(role, 1, 64), since,"
          + " substr(confirmed_by, 1, 256)";

  private PairingTable() {}

  /**
   * What there is of one agent.
   *
   * @param broken by user id, each with why
   */
  record Held(List<Pairing> pairings, List<Broken> broken) {}

  /** A row that pairs nobody. */
  record Broken(long user, String why) {}

  /** Either a pairing, or why the row is none; empty where there is no row. */
  record Found(Optional<Pairing> pairing, String why) {}

  static Found find(Connection connection, AgentId agent, long user) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS
                + " FROM access_pairing WHERE agent_id = ? AND service = ? AND user_id = ?")) {
      query.setString(1, agent.value());
      query.setString(2, TELEGRAM);
      query.setLong(3, user);
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? new Found(Optional.of(pairing(agent, row)), "")
            : new Found(Optional.empty(), "");
      } catch (InvalidValueException e) {
        return new Found(Optional.empty(), e.getMessage());
      }
    }
  }

  static Held of(Connection connection, AgentId agent) throws SQLException {
    List<Pairing> pairings = new ArrayList<>();
    List<Broken> broken = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS
                + " FROM access_pairing WHERE agent_id = ? AND service = ?"
                + " ORDER BY user_id LIMIT ?")) {
      query.setString(1, agent.value());
      query.setString(2, TELEGRAM);
      query.setInt(3, MOST);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          try {
            pairings.add(pairing(agent, row));
          } catch (InvalidValueException e) {
            broken.add(new Broken(row.getLong(1), e.getMessage()));
          }
        }
      }
    }
    return new Held(pairings, broken);
  }

  private static Pairing pairing(AgentId agent, ResultSet row)
      throws SQLException, InvalidValueException {
    return new Pairing(
        agent,
        StoredText.user(row.getLong(1), row.getString(2), row.getString(3)),
        Role.parse(row.getString(4)),
        StoredText.time(row.getLong(5)),
        row.getString(6));
  }

  /** Adds it, in the place of one that there was. */
  static void put(Connection connection, Pairing pairing) throws SQLException {
    ChatUser user = pairing.user().cleaned();
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT OR REPLACE INTO access_pairing
              (agent_id, service, user_id, display_name, user_name, role, since, confirmed_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      insert.setString(1, pairing.agent().value());
      insert.setString(2, TELEGRAM);
      insert.setLong(3, user.id());
      insert.setString(4, user.displayName());
      insert.setString(5, user.userName());
      insert.setString(6, pairing.role().word());
      insert.setLong(7, pairing.since().toEpochMilli());
      insert.setString(8, pairing.confirmedBy());
      insert.executeUpdate();
    }
  }

  /** Whether there was one. */
  static boolean delete(Connection connection, AgentId agent, long user) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM access_pairing WHERE agent_id = ? AND service = ? AND user_id = ?")) {
      delete.setString(1, agent.value());
      delete.setString(2, TELEGRAM);
      delete.setLong(3, user);
      return delete.executeUpdate() > 0;
    }
  }
}
