package dev.claw.egress;

import dev.claw.audit.AuditException;
import dev.claw.audit.AuditLog;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Puts decisions on record in the agents' audit chains by group commit: while one batch is being
 * written the next one gathers, so that many decisions share one fsync and none is answered before
 * its own. A chain's signed head follows when a moment passes without a decision, and at the latest
 * after {@value #UNSEALED} records. When more wait than the queue holds, or a chain can't be
 * written, the decision fails and with it the request.
 */
public final class AuditedDecisions implements DecisionLog, AutoCloseable {
  /** Decisions that wait at most; a thousand connections are a small part of it. */
  private static final int QUEUE = 16_384;

  private static final int BATCH = 1024;

  /**
   * So many records may follow a signed head before it is brought up to date, which costs as much
   * as two batches; where nothing more comes it is at once.
   */
  private static final int UNSEALED = 256;

  private static final long QUIET_MILLIS = 50;

  private final Function<AgentName, AuditLog> chains;
  private final Actor actor;
  private final BlockingQueue<Optional<Waiting>> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Thread writer;
  // Of the writer alone: a chain that stays open need not verify its own head at each batch.
  private final Map<AgentName, AuditLog> open = new HashMap<>();
  private final Set<AgentName> unsealed = new HashSet<>();
  private int records;
  private final Consumer<Throwable> broken;
  private final List<Optional<Waiting>> batch = new ArrayList<>();
  private volatile boolean closed;

  private record Waiting(EgressEvent event, CompletableFuture<Void> recorded) {}

  /**
   * Starts the thread that writes.
   *
   * @param chains the audit chain of an agent; called by that thread only, once an agent
   * @param actor who decides
   */
  public AuditedDecisions(Function<AgentName, AuditLog> chains, Actor actor) {
    this(chains, actor, why -> {});
  }

  /**
   * The same.
   *
   * @param broken told where the thread ends before its time; then all decisions fail
   */
  public AuditedDecisions(
      Function<AgentName, AuditLog> chains, Actor actor, Consumer<Throwable> broken) {
    this.chains = chains;
    this.actor = actor;
    this.broken = broken;
    writer = Thread.ofPlatform().name("egress-audit").daemon().start(this::run);
  }

  @Override
  public CompletionStage<Void> record(EgressEvent event) {
    Waiting waiting = new Waiting(event, new CompletableFuture<>());
    // Together with close: nothing may be queued behind the end, which is an empty place.
    synchronized (this) {
      if (closed || !queue.offer(Optional.of(waiting))) {
        String why =
            closed
                ? "the record of decisions is closed"
                : "more than " + QUEUE + " decisions wait for the audit log";
        waiting.recorded().completeExceptionally(new IllegalStateException(why));
      }
    }
    return waiting.recorded();
  }

  /** Nobody may wait for a thread that is gone, whatever took it. */
  private void run() {
    try {
      write();
    } catch (Throwable e) {
      synchronized (this) {
        closed = true;
        queue.drainTo(batch);
      }
      IllegalStateException why =
          new IllegalStateException("the record of decisions is broken: " + e, e);
      batch.forEach(one -> one.ifPresent(waiting -> waiting.recorded().completeExceptionally(why)));
      broken.accept(e);
    }
  }

  private void write() {
    do {
      batch.clear();
      batch.add(take());
      queue.drainTo(batch, BATCH - 1);
      Map<AgentName, List<Waiting>> byAgent = new LinkedHashMap<>();
      batch.stream()
          .flatMap(Optional::stream)
          .forEach(
              waiting ->
                  byAgent
                      .computeIfAbsent(waiting.event().agent(), _ -> new ArrayList<>())
                      .add(waiting));
      byAgent.forEach(this::commit);
      if (records >= UNSEALED) {
        seal();
      }
    } while (batch.getLast().isPresent());
    seal();
  }

  /** Ends only by close: an interrupt would break a write in the middle. */
  private Optional<Waiting> take() {
    while (true) {
      try {
        Optional<Waiting> next =
            unsealed.isEmpty() ? queue.take() : queue.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          return next;
        }
        seal();
      } catch (InterruptedException e) {
        // nobody has this thread but us
      }
    }
  }

  private void commit(AgentName agent, List<Waiting> group) {
    try {
      List<AuditEvent> events =
          group.stream().map(waiting -> EgressRecord.of(waiting.event(), actor)).toList();
      open.computeIfAbsent(agent, chains).appendUnsealed(events);
      unsealed.add(agent);
      records += events.size();
    } catch (AuditException | RuntimeException e) {
      group.forEach(waiting -> waiting.recorded().completeExceptionally(e));
      return;
    }
    group.forEach(waiting -> waiting.recorded().complete(null));
  }

  private void seal() {
    for (AgentName agent : unsealed) {
      try {
        open.computeIfAbsent(agent, chains).seal();
      } catch (AuditException | RuntimeException e) {
        // The records are there; the next one of this agent brings another try.
      }
    }
    unsealed.clear();
    records = 0;
  }

  /** Writes what waits, then ends; later decisions fail. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        // The queue may be full; the writer empties it.
        if (queue.offer(Optional.empty(), 100, TimeUnit.MILLISECONDS)) {
          writer.join();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
