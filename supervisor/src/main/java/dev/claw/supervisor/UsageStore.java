package dev.claw.supervisor;

import dev.claw.egress.EgressUsage;
import dev.claw.model.AgentId;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What agents have used of their daily budgets, in {@code claw.db}. */
public final class UsageStore {
  private final Path database;

  /**
   * @param database {@link ClawHome#database}
   */
  public UsageStore(Path database) {
    this.database = database;
  }

  /**
   * What an agent has used.
   *
   * @param now a day after this one, left by a clock that was set back since, counts as this one:
   *     else no budget would be free before it
   */
  public EgressUsage read(AgentId agent, Instant now) throws SupervisorException {
    Instant today = now.truncatedTo(ChronoUnit.DAYS);
    try (StateDatabase state = StateDatabase.open(database)) {
      return state.read(
          connection -> {
            try (PreparedStatement query =
                connection.prepareStatement(
                    "SELECT day, bytes, model_tokens FROM egress_usage WHERE agent_id = ?")) {
              query.setString(1, agent.value());
              try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                  return EgressUsage.NONE;
                }
                Instant day = Instant.ofEpochMilli(row.getLong(1)).truncatedTo(ChronoUnit.DAYS);
                return new EgressUsage(
                    day.isAfter(today) ? today : day, row.getLong(2), row.getLong(3));
              }
            }
          });
    }
  }

  /** Keeps what an agent has used; within one day a number only grows. */
  public void write(AgentId agent, EgressUsage usage) throws SupervisorException {
    try (StateDatabase state = StateDatabase.open(database)) {
      state.inTransaction(
          connection -> {
            try (PreparedStatement upsert =
                connection.prepareStatement(
                    """
                    INSERT INTO egress_usage (agent_id, day, bytes, model_tokens)
                    VALUES (?, ?, ?, ?)
                    ON CONFLICT (agent_id) DO UPDATE SET
                      bytes = iif(day = excluded.day, max(bytes, excluded.bytes), excluded.bytes),
                      model_tokens = iif(
                        day = excluded.day,
                        max(model_tokens, excluded.model_tokens),
                        excluded.model_tokens),
                      day = excluded.day
                    """)) {
              upsert.setString(1, agent.value());
              upsert.setLong(2, usage.day().toEpochMilli());
              upsert.setLong(3, usage.bytes());
              upsert.setLong(4, usage.modelTokens());
              return upsert.executeUpdate();
            }
          });
    }
  }
}
