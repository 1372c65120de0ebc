package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approval.Subject;
import dev.claw.supervisor.Approval.Verdict;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Approvals in {@code claw.db}. Time is counted as for grants: a clock that was set back prolongs
 * nothing. Putting on record what happens is the caller's.
 */
final class ApprovalStore {
  /** Most of a kind that wait of one agent at a time; for one more the oldest expires. */
  static final int MOST_WAITING = 20;

  /** Most that have ended and are kept of one agent. */
  static final int MOST_ENDED = 500;

  private final Path database;
  private final RandomGenerator random;
  private final LatestInstant latest;

  ApprovalStore(Host host) {
    this(host.home().database(), host.random(), new LatestInstant(host.clock(), Uptime::ofKernel));
  }

  ApprovalStore(Path database, RandomGenerator random, LatestInstant latest) {
    this.database = database;
    this.random = random;
    this.latest = latest;
  }

  /**
   * What an agent asks for.
   *
   * @param same what another ask for the same has in common with it
   * @param gatewayId the name that OpenClaw has for it; empty for egress
   * @param time after which it is denied
   */
  record Ask(
      AgentId agentId,
      AgentName agent,
      Subject subject,
      String same,
      String gatewayId,
      Duration time) {}

  /** Puts something on record while it happens; where it throws, it does not happen. */
  @FunctionalInterface
  interface Noting {
    void put(Approval approval) throws SupervisorException;
  }

  /** Adds one that waits, and says whom it pushed out. */
  record Added(Approval approval, List<ApprovalRow> expired) {}

  Added add(Ask ask, Noting record) throws SupervisorException {
    return in(
        connection -> {
          Instant now = latest.mark(connection);
          List<ApprovalRow> waiting =
              ApprovalRow.find(
                      connection,
                      "agent_id = ? AND kind = ? AND state = 'waiting' ORDER BY asked, id",
                      ask.agentId().value(),
                      ask.subject().kind())
                  .rows();
          List<ApprovalRow> expired = new ArrayList<>();
          for (ApprovalRow row :
              waiting.subList(0, Math.max(0, waiting.size() - MOST_WAITING + 1))) {
            expired.add(ended(connection, row, State.EXPIRED, "too many waited", now));
          }
          Approval approval = approval(ask, now);
          insert(connection, ask, approval, record);
          return new Added(approval, List.copyOf(expired));
        });
  }

  /** Adds one that is answered already. */
  Approval addAnswered(Ask ask, State state, String by, Noting record) throws SupervisorException {
    return in(
        connection -> {
          Instant now = latest.mark(connection);
          Approval approval = approval(ask, now).ended(state, by, now);
          insert(connection, ask, approval, record);
          return approval;
        });
  }

  private static void insert(Connection connection, Ask ask, Approval approval, Noting record)
      throws SQLException, SupervisorException {
    new ApprovalRow(approval, ask.same(), ask.gatewayId(), ask.gatewayId().isEmpty())
        .insert(connection);
    ApprovalRow.prune(connection, ask.agentId(), MOST_ENDED);
    record.put(approval);
  }

  private Approval approval(Ask ask, Instant now) {
    byte[] id = new byte[5];
    random.nextBytes(id);
    return new Approval(
        "a-" + HexFormat.of().formatHex(id),
        ask.agentId(),
        ask.agent(),
        ask.subject(),
        now,
        now.plus(ask.time()),
        State.WAITING,
        Optional.empty(),
        Optional.empty());
  }

  /** What became of an answer. */
  sealed interface Answered {
    /** It counts. */
    record Taken(Approval approval) implements Answered {}

    /** The approval had ended before; it is as it was. */
    record Late(Approval approval) implements Answered {}

    /** Its time was over when the answer came, which ended it. */
    record Expired(ApprovalRow row) implements Answered {}
  }

  Answered answer(Approval asked, Verdict verdict, String by) throws SupervisorException {
    return in(
        connection -> {
          Instant now = latest.mark(connection);
          ApprovalRow row =
              ApprovalRow.find(connection, "id = ?", asked.id())
                  .first()
                  .orElseThrow(() -> new SQLException("approval " + asked.id() + " is gone"));
          if (row.approval().state() != State.WAITING) {
            return new Answered.Late(row.approval());
          }
          if (!now.isBefore(row.approval().expires())) {
            return new Answered.Expired(ended(connection, row, State.EXPIRED, "time", now));
          }
          return new Answered.Taken(ended(connection, row, verdict.state(), by, now).approval());
        });
  }

  private static ApprovalRow ended(
      Connection connection, ApprovalRow row, State state, String by, Instant now)
      throws SQLException {
    ApprovalRow.end(connection, row.approval().id(), state, by, now);
    return new ApprovalRow(
        row.approval().ended(state, by, now), row.same(), row.gatewayId(), row.told());
  }

  /** Ends what waits and whose time is over. */
  List<ApprovalRow> expire() throws SupervisorException {
    try (StateDatabase state = StateDatabase.open(database)) {
      boolean due =
          state.read(
              connection ->
                  ApprovalRow.find(
                          connection,
                          "state = 'waiting' AND expires <= ? LIMIT 1",
                          latest.now(connection).toEpochMilli())
                      .first()
                      .isPresent());
      if (!due) {
        return List.of();
      }
      return state.inTransaction(
          connection -> {
            Instant now = latest.mark(connection);
            List<ApprovalRow> expired = new ArrayList<>();
            for (ApprovalRow row :
                ApprovalRow.find(
                        connection, "state = 'waiting' AND expires <= ?", now.toEpochMilli())
                    .rows()) {
              expired.add(ended(connection, row, State.EXPIRED, "time", now));
            }
            return List.copyOf(expired);
          });
    }
  }

  /** Ends one that the agent withdrew; empty where it does not wait. */
  Optional<ApprovalRow> withdraw(ApprovalRow row, String why) throws SupervisorException {
    return in(
        connection -> {
          Instant now = latest.mark(connection);
          if (!ApprovalRow.end(connection, row.approval().id(), State.GONE, why, now)) {
            return Optional.<ApprovalRow>empty();
          }
          ApprovalRow.markTold(connection, row.approval().id());
          return Optional.of(
              new ApprovalRow(
                  row.approval().ended(State.GONE, why, now), row.same(), row.gatewayId(), true));
        });
  }

  void markTold(String id) throws SupervisorException {
    in(
        connection -> {
          ApprovalRow.markTold(connection, id);
          return id;
        });
  }

  /** Now, as approvals count time. */
  Instant now() throws SupervisorException {
    return read(latest::now);
  }

  /** How long until the next one that waits runs out; empty where none waits. */
  Optional<Duration> untilNext() throws SupervisorException {
    return read(
        connection ->
            ApprovalRow.find(connection, "state = 'waiting' ORDER BY expires LIMIT 1")
                .first()
                .map(
                    row -> {
                      try {
                        return Duration.between(latest.now(connection), row.approval().expires());
                      } catch (SQLException e) {
                        return Duration.ZERO; // whoever comes to expire it meets the error again
                      }
                    }));
  }

  ApprovalRow.Found find(String condition, Object... values) throws SupervisorException {
    return read(connection -> ApprovalRow.find(connection, condition, values));
  }

  long count(String condition, Object... values) throws SupervisorException {
    return read(connection -> ApprovalRow.count(connection, condition, values));
  }

  private <T> T read(StateDatabase.Work<T> work) throws SupervisorException {
    try (StateDatabase state = StateDatabase.open(database)) {
      return state.read(work);
    }
  }

  private <T> T in(StateDatabase.Work<T> work) throws SupervisorException {
    try (StateDatabase state = StateDatabase.open(database)) {
      return state.inTransaction(work);
    }
  }
}
