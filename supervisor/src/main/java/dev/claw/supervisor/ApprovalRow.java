package dev.claw.supervisor;

import dev.claw.lock.JsonException;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approval.Subject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A row of the table {@code approval}.
 *
 * @param same what another ask for the same has in common with it
 * @param gatewayId the name that OpenClaw has for it; empty for egress
 * @param told whether OpenClaw has the answer, or needs none
 */
record ApprovalRow(Approval approval, String same, String gatewayId, boolean told) {
  static final List<String> TABLE =
      List.of(
          """
          CREATE TABLE approval (
            id TEXT PRIMARY KEY,
            agent_id TEXT NOT NULL,
            agent TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('exec', 'egress')),
            subject TEXT NOT NULL,
            same TEXT NOT NULL,
            gateway_id TEXT NOT NULL,
            asked INTEGER NOT NULL CHECK (asked BETWEEN 0 AND 253402300799999),
            expires INTEGER NOT NULL CHECK (expires BETWEEN 0 AND 253402300799999),
            state TEXT NOT NULL CHECK (state IN
              ('waiting', 'allowed-once', 'allowed-30m', 'denied', 'expired', 'gone')),
            decided_by TEXT NOT NULL,
            decided INTEGER NOT NULL CHECK (decided BETWEEN 0 AND 253402300799999),
            told INTEGER NOT NULL CHECK (told IN (0, 1))
          ) STRICT, WITHOUT ROWID
          """,
          "CREATE INDEX approval_of_agent ON approval (agent_id, state, asked)");

  private static final int LONGEST_WORD = 512;
  private static final String COLUMNS =
      "substr(id, 1, 64), agent_id, substr(agent, 1, 128), kind, substr(subject, 1, "
          + ApprovalSubjectJson.LONGEST
          + "), substr(same, 1, 512), substr(gateway_id, 1, 512), asked, expires, state,"
          + " substr(decided_by, 1, "
          + LONGEST_WORD
          + "), decided, told";

  /** What a look found; rows that can't be read are told of in sentences. */
  record Found(List<ApprovalRow> rows, List<String> problems) {
    Optional<ApprovalRow> first() {
      return rows.stream().findFirst();
    }
  }

  /**
   * @param condition SQL behind {@code WHERE}, with a question mark for each value
   */
  static Found find(Connection connection, String condition, Object... values) throws SQLException {
    List<ApprovalRow> rows = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement("SELECT " + COLUMNS + " FROM approval WHERE " + condition)) {
      for (int i = 0; i < values.length; i++) {
        query.setObject(i + 1, values[i]);
      }
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          try {
            rows.add(read(row));
          } catch (InvalidValueException | JsonException e) {
            problems.add("an approval in claw.db can't be read: " + e.getMessage());
          }
        }
      }
    }
    return new Found(List.copyOf(rows), List.copyOf(problems));
  }

  static long count(Connection connection, String condition, Object... values) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT count(*) FROM approval WHERE " + condition)) {
      for (int i = 0; i < values.length; i++) {
        query.setObject(i + 1, values[i]);
      }
      try (ResultSet row = query.executeQuery()) {
        return row.getLong(1);
      }
    }
  }

  private static ApprovalRow read(ResultSet row)
      throws SQLException, InvalidValueException, JsonException {
    Subject subject = ApprovalSubjectJson.read(row.getString(4), row.getString(5));
    String state = row.getString(10);
    String by = row.getString(11);
    long decided = row.getLong(12);
    Approval approval =
        new Approval(
            row.getString(1),
            AgentId.parse(row.getString(2)),
            AgentName.parse(row.getString(3)),
            subject,
            Instant.ofEpochMilli(row.getLong(8)),
            Instant.ofEpochMilli(row.getLong(9)),
            Arrays.stream(State.values())
                .filter(known -> known.word().equals(state))
                .findFirst()
                .orElseThrow(() -> new InvalidValueException("its state is none")),
            by.isEmpty() ? Optional.empty() : Optional.of(by),
            decided == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(decided)));
    return new ApprovalRow(approval, row.getString(6), row.getString(7), row.getInt(13) == 1);
  }

  void insert(Connection connection) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO approval VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setString(1, approval.id());
      insert.setString(2, approval.agentId().value());
      insert.setString(3, approval.agent().value());
      insert.setString(4, approval.subject().kind());
      insert.setString(5, ApprovalSubjectJson.write(approval.subject()));
      insert.setString(6, same);
      insert.setString(7, gatewayId);
      insert.setLong(8, approval.asked().toEpochMilli());
      insert.setLong(9, approval.expires().toEpochMilli());
      insert.setString(10, approval.state().word());
      insert.setString(11, approval.decidedBy().orElse(""));
      insert.setLong(12, approval.decided().map(Instant::toEpochMilli).orElse(0L));
      insert.setInt(13, told ? 1 : 0);
      insert.executeUpdate();
    }
  }

  /** Ends one that waits; whether it still waited. */
  static boolean end(Connection connection, String id, State state, String by, Instant now)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE approval SET state = ?, decided_by = ?, decided = ?
            WHERE id = ? AND state = 'waiting'
            """)) {
      update.setString(1, state.word());
      update.setString(2, by.length() <= LONGEST_WORD ? by : by.substring(0, LONGEST_WORD));
      update.setLong(3, now.toEpochMilli());
      update.setString(4, id);
      return update.executeUpdate() == 1;
    }
  }

  static void markTold(Connection connection, String id) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE approval SET told = 1 WHERE id = ?")) {
      update.setString(1, id);
      update.executeUpdate();
    }
  }

  /** Forgets the oldest of an agent's that have ended, beyond the newest so many. */
  static void prune(Connection connection, AgentId agent, int kept) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            DELETE FROM approval WHERE id IN (
              SELECT id FROM approval WHERE agent_id = ? AND state <> 'waiting'
              ORDER BY asked DESC LIMIT -1 OFFSET ?)
            """)) {
      delete.setString(1, agent.value());
      delete.setInt(2, kept);
      delete.executeUpdate();
    }
  }
}
