package dev.claw.supervisor.resident;

import dev.claw.egress.AuditedDecisions;
import dev.claw.egress.DecisionLog;
import dev.claw.egress.EgressEvent;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.Journal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Where decisions go on record: each agent that is served has a writer of its own to its own chain,
 * so that none waits behind another's and nothing of one that is gone lands with a successor of its
 * name.
 */
final class AgentRecords implements DecisionLog, AutoCloseable {
  private final Journal journal;
  private final Actor actor;
  private final Consumer<Throwable> broken;
  private final Map<AgentName, AuditedDecisions> open = new ConcurrentHashMap<>();

  /**
   * @param broken told where a writer ends before its time
   */
  AgentRecords(Journal journal, Actor actor, Consumer<Throwable> broken) {
    this.journal = journal;
    this.actor = actor;
    this.broken = broken;
  }

  /** From now on decisions under this name are those of this agent. */
  void open(AgentName name, AgentId id) {
    close(name);
    open.put(name, new AuditedDecisions(() -> journal.chain(name, id), actor, broken));
  }

  @Override
  public Recording record(EgressEvent event, Executor thread) {
    AuditedDecisions decisions = open.get(event.agent());
    return decisions == null
        ? Recording.failed(new IllegalStateException(event.agent() + " is not served any more"))
        : decisions.record(event, thread);
  }

  /** Writes what waits; later decisions under this name fail. */
  void close(AgentName name) {
    AuditedDecisions gone = open.remove(name);
    if (gone != null) {
      gone.close();
    }
  }

  @Override
  public void close() {
    List.copyOf(open.keySet()).forEach(this::close);
  }
}
