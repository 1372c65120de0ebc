package dev.claw.egress;

import dev.claw.audit.AuditLog;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Puts decisions on record in the agents' audit chains. Each agent has a queue and, while there is
 * something to write, a thread of its own, so that none waits for what another one does.
 */
public final class AuditedDecisions implements DecisionLog, AutoCloseable {
  private final Function<AgentName, AuditLog> chains;
  private final Actor actor;
  private final Consumer<Throwable> broken;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().name("egress-audit-", 0).daemon().factory());
  private final Map<AgentName, AgentDecisions> agents = new HashMap<>();
  private boolean closed;

  /**
   * Starts nothing yet.
   *
   * @param chains the audit chain of an agent; called once an agent, by a thread of its own
   * @param actor who decides
   */
  public AuditedDecisions(Function<AgentName, AuditLog> chains, Actor actor) {
    this(chains, actor, why -> {});
  }

  /**
   * The same.
   *
   * @param broken told where a thread ends before its time; then all decisions of its agent fail
   */
  public AuditedDecisions(
      Function<AgentName, AuditLog> chains, Actor actor, Consumer<Throwable> broken) {
    this.chains = chains;
    this.actor = actor;
    this.broken = broken;
  }

  @Override
  public synchronized Recording record(EgressEvent event, Executor thread) {
    if (closed) {
      return Recording.failed(new IllegalStateException("the record of decisions is closed"));
    }
    return agents
        .computeIfAbsent(
            event.agent(),
            agent -> new AgentDecisions(() -> chains.apply(agent), actor, threads, broken))
        .record(event, thread);
  }

  /** Writes what waits, then ends; later decisions fail. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    threads.shutdown();
    // Never by an interrupt, which would break a write in the middle.
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        var _ = threads.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
