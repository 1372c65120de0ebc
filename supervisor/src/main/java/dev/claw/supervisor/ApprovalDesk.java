package dev.claw.supervisor;

import dev.claw.egress.Decision;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.ApprovalStore.Ask;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Takes in what agents ask for and sees to its end, in the resident process. For one thread. */
public final class ApprovalDesk {
  /** The longest time in which a denied host can be allowed. */
  static final Duration EGRESS = Duration.ofMinutes(10);

  /** How much before OpenClaw's own time ours ends, so that the answer is ours. */
  static final Duration MARGIN = Duration.ofSeconds(15);

  /** Who asks for more commands than this within ten minutes does not mean to be answered. */
  static final int MOST_COMMANDS = 300;

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration COUNTED = Duration.ofMinutes(10);

  private final Host host;
  private final ApprovalStore store;
  private final Duration patience;
  private final List<ApprovalListener> listeners;
  private final Consumer<String> log;
  private final EgressAsks egress;
  private final Set<String> open = new HashSet<>();

  /**
   * @param patience after which what nobody answered is denied
   */
  public ApprovalDesk(
      Host host, Duration patience, List<ApprovalListener> listeners, Consumer<String> log) {
    this.host = host;
    this.store = new ApprovalStore(host);
    this.patience = patience;
    this.listeners = List.copyOf(listeners);
    this.log = log;
    this.egress = new EgressAsks(host, store);
  }

  /**
   * An answer that OpenClaw does not have yet.
   *
   * @param id ours
   * @param gatewayId OpenClaw's
   */
  public record Answer(String id, String gatewayId, boolean allow) {}

  /** Goes on with what waited when the process before ended. */
  public void resume() throws SupervisorException {
    for (ApprovalRow row : store.find("state = 'waiting'").rows()) {
      open.add(row.approval().id());
    }
  }

  /**
   * A command waits for an answer.
   *
   * @return whether it was taken in; not where the agent asks for too many
   */
  public boolean askExec(AgentRecord agent, ExecAsk ask) throws SupervisorException {
    String id = agent.id().value();
    if (store.find("agent_id = ? AND gateway_id = ?", id, ask.gatewayId()).first().isPresent()) {
      return true; // told of twice, as after a connection was lost
    }
    Instant now = store.now();
    long since = now.minus(COUNTED).toEpochMilli();
    if (store.count("agent_id = ? AND kind = 'exec' AND asked > ?", id, since) >= MOST_COMMANDS) {
      return false;
    }
    Duration time = ask.left().minus(MARGIN);
    Ask wanted =
        new Ask(
            agent.id(),
            agent.name(),
            ask.shown(),
            ask.same(),
            ask.gatewayId(),
            patience.compareTo(time) < 0 ? patience : longer(time, SHORTEST));
    Optional<String> before = ask.isWhole() ? remembered(id, ask, now) : Optional.empty();
    if (before.isPresent()) {
      answered(wanted, State.ALLOWED_ONCE, before.get() + ", for 30 minutes");
    } else if (ask.isWhole()) {
      add(wanted);
    } else {
      answered(wanted, State.DENIED, "its length, which nobody can be shown");
      log.accept(agent.name() + ": denied a command that is too long to be shown");
    }
    return true;
  }

  private Optional<String> remembered(String agent, ExecAsk ask, Instant now)
      throws SupervisorException {
    return ask.same().isEmpty()
        ? Optional.empty()
        : store
            .find(
                "agent_id = ? AND kind = 'exec' AND same = ? AND state = 'allowed-30m'"
                    + " AND decided > ? ORDER BY decided DESC LIMIT 1",
                agent,
                ask.same(),
                now.minus(Approvals.HALF_HOUR).toEpochMilli())
            .first()
            .map(row -> row.approval().id());
  }

  /** A host was denied for want of a rule. */
  public void askEgress(AgentName agent, Decision.Reason reason, String to, int port)
      throws SupervisorException {
    Duration time = patience.compareTo(EGRESS) < 0 ? patience : EGRESS;
    Optional<Ask> ask = egress.find(agent, reason, to, port, time);
    if (ask.isPresent()) {
      add(ask.get());
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  private void add(Ask ask) throws SupervisorException {
    ApprovalStore.Added added =
        store.add(
            ask,
            approval ->
                host.journal()
                    .noteOnAgent(
                        "approval.asked", ask.agent(), ask.agentId(), ApprovalRecord.of(approval)));
    added.expired().forEach(this::noteExpired);
    open.add(added.approval().id());
    tell(listener -> listener.asked(added.approval()));
    announceEnded();
  }

  private void answered(Ask ask, State state, String by) throws SupervisorException {
    var _ =
        store.addAnswered(
            ask,
            state,
            by,
            approval ->
                host.journal()
                    .noteOnAgent(
                        "approval.decided",
                        ask.agent(),
                        ask.agentId(),
                        ApprovalRecord.of(approval)));
  }

  /** OpenClaw has ended it itself, as when the turn was broken off. */
  public void withdrawn(AgentId agent, String gatewayId, String why) throws SupervisorException {
    withdraw(store.find("agent_id = ? AND gateway_id = ?", agent.value(), gatewayId).rows(), why);
  }

  /** What OpenClaw no longer asks for is over. */
  public void keepOnly(AgentId agent, Set<String> gatewayIds) throws SupervisorException {
    List<ApprovalRow> rows =
        store.find("agent_id = ? AND kind = 'exec' AND told = 0", agent.value()).rows().stream()
            .filter(row -> !gatewayIds.contains(row.gatewayId()))
            .toList();
    withdraw(rows, "OpenClaw, while nobody was connected");
    for (ApprovalRow row : rows) {
      store.markTold(row.approval().id());
    }
  }

  /** The agent has stopped, and waits for nothing any more. */
  public void stopped(AgentId agent) throws SupervisorException {
    withdraw(
        store.find("agent_id = ? AND state = 'waiting'", agent.value()).rows(), "the agent's end");
  }

  private void withdraw(List<ApprovalRow> rows, String why) throws SupervisorException {
    for (ApprovalRow row : rows) {
      Optional<ApprovalRow> gone = store.withdraw(row, why);
      gone.ifPresent(over -> note("approval.gone", over.approval()));
    }
    announceEnded();
  }

  /** Denies what nobody answered in time, and tells listeners of all that has ended. */
  public void look() throws SupervisorException {
    store.expire().forEach(this::noteExpired);
    announceEnded();
  }

  /** How long until there is something to expire; empty where nothing waits. */
  public Optional<Duration> untilNext() throws SupervisorException {
    return store.untilNext();
  }

  /** Answers that OpenClaw does not have yet. */
  public List<Answer> unsent(AgentId agent) throws SupervisorException {
    return store
        .find(
            "agent_id = ? AND kind = 'exec' AND told = 0 AND state <> 'waiting' ORDER BY asked",
            agent.value())
        .rows()
        .stream()
        .map(
            row ->
                new Answer(
                    row.approval().id(),
                    row.gatewayId(),
                    switch (row.approval().state()) {
                      case ALLOWED_ONCE, ALLOWED_30M -> true;
                      case WAITING, DENIED, EXPIRED, GONE -> false;
                    }))
        .toList();
  }

  /** OpenClaw has the answer, or wants it no longer. */
  public void sent(Answer answer) throws SupervisorException {
    store.markTold(answer.id());
  }

  private void noteExpired(ApprovalRow row) {
    note("approval.expired", row.approval());
  }

  /** To deny is safe, also where it can't be put on record. */
  private void note(String type, Approval approval) {
    try {
      host.journal()
          .noteOnAgent(type, approval.agent(), approval.agentId(), ApprovalRecord.of(approval));
    } catch (SupervisorException e) {
      log.accept(approval.agent() + ": " + approval.id() + " is not on record: " + e.getMessage());
    }
  }

  private void announceEnded() throws SupervisorException {
    for (String id : Set.copyOf(open)) {
      Optional<ApprovalRow> row = store.find("id = ?", id).first();
      if (row.isEmpty() || row.get().approval().state() != State.WAITING) {
        open.remove(id);
        row.ifPresent(ended -> tell(listener -> listener.ended(ended.approval())));
      }
    }
  }

  private void tell(Consumer<ApprovalListener> event) {
    for (ApprovalListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        log.accept("a listener for approvals failed: " + e);
      }
    }
  }
}
