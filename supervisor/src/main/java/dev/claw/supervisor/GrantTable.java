package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.InvalidValueException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The rows of {@code egress_grant}; whether they can be believed is not looked at. */
final class GrantTable {
  private GrantTable() {}

  /**
   * @param id its first 64 characters, since a forged one may have any length
   */
  record Row(String id, GrantEnvelope envelope) {}

  /**
   * By id, none of them longer than a grant can be, and at most one more than {@link
   * GrantStore#MOST}, which shows that there are too many.
   */
  static List<Row> of(Connection connection, AgentId agent) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT substr(id, 1, 64), coalesce(substr(payload, 1, ?), ''),
              coalesce(substr(signatures, 1, ?), '')
            FROM egress_grant WHERE agent_id = ? ORDER BY id LIMIT ?
            """)) {
      query.setInt(1, GrantEnvelope.LONGEST);
      query.setInt(2, GrantEnvelope.LONGEST);
      query.setString(3, agent.value());
      query.setInt(4, GrantStore.MOST + 1);
      List<Row> rows = new ArrayList<>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          rows.add(
              new Row(row.getString(1), new GrantEnvelope(row.getString(2), row.getString(3))));
        }
      }
      return rows;
    }
  }

  /** Whose rows there are. */
  static List<AgentId> agents(Connection connection) throws SQLException {
    List<AgentId> agents = new ArrayList<>();
    try (PreparedStatement query =
            connection.prepareStatement("SELECT DISTINCT agent_id FROM egress_grant");
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        try {
          agents.add(AgentId.parse(row.getString(1)));
        } catch (InvalidValueException e) {
          // Of no agent that there can be; nobody ever reads it.
        }
      }
    }
    return agents;
  }

  static void insert(Connection connection, AgentId agent, Row row) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO egress_grant (agent_id, id, payload, signatures) VALUES (?, ?, ?, ?)")) {
      insert.setString(1, agent.value());
      insert.setString(2, row.id());
      insert.setString(3, row.envelope().payload());
      insert.setString(4, row.envelope().signatures());
      insert.executeUpdate();
    }
  }

  /** Replaces the signatures of a row that there is. */
  static void update(Connection connection, AgentId agent, Row row) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE egress_grant SET signatures = ? WHERE agent_id = ? AND id = ?")) {
      update.setString(1, row.envelope().signatures());
      update.setString(2, agent.value());
      update.setString(3, row.id());
      update.executeUpdate();
    }
  }

  /** Whether there was one. */
  static boolean delete(Connection connection, AgentId agent, String id) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM egress_grant WHERE agent_id = ? AND substr(id, 1, 64) = ?")) {
      delete.setString(1, agent.value());
      delete.setString(2, id);
      return delete.executeUpdate() > 0;
    }
  }
}
