package dev.claw.egress;

import dev.claw.audit.AuditException;
import dev.claw.audit.AuditLog;
import dev.claw.audit.Unsynced;
import dev.claw.egress.DecisionLog.Recording;
import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts one agent's decisions on record by group commit: while one batch is on its way to the disk
 * the next one gathers, so that many decisions share one sync. The chain's signed head follows when
 * a moment passes without a decision, and at the latest after {@value #UNSEALED} records. When more
 * wait than the queue holds, or the chain can't be written, the decision fails.
 *
 * <p>One writer serves one agent, so that none waits for what another one does.
 */
public final class AuditedDecisions implements DecisionLog, AutoCloseable {
  /** Decisions that wait at most; all connections that an agent can have are a small part of it. */
  private static final int QUEUE = 16_384;

  private static final int BATCH = 1024;

  /**
   * So many records may follow a signed head before it is brought up to date, for which all that
   * the agent does has to wait; where nothing more comes it is at once.
   */
  private static final int UNSEALED = 1024;

  private static final long QUIET_MILLIS = 50;

  private final Supplier<AuditLog> chain;
  private final Actor actor;
  private final Consumer<Throwable> broken;
  private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>(QUEUE);
  // None while there is nothing to write: most agents are quiet most of the time.
  private final ThreadPoolExecutor writer;
  private boolean running;
  private boolean closed;
  private @Nullable IllegalStateException failure;
  // Of the thread that writes: a chain that stays open need not be read again for each batch.
  private @Nullable AuditLog open;
  private int unsealed;

  private record Waiting(
      EgressEvent event,
      Executor thread,
      CompletableFuture<Void> written,
      CompletableFuture<Void> durable) {
    void fail(Throwable why) {
      written.completeExceptionally(why);
      durable.completeExceptionally(why);
    }
  }

  /**
   * Starts nothing yet.
   *
   * @param chain the agent's audit chain; called once, by the thread that writes
   * @param actor who decides
   * @param broken told where that thread ends before its time; then all decisions fail
   */
  public AuditedDecisions(Supplier<AuditLog> chain, Actor actor, Consumer<Throwable> broken) {
    this.chain = chain;
    this.actor = actor;
    this.broken = broken;
    writer =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("egress-audit-", 0).daemon().factory());
    writer.allowCoreThreadTimeOut(true);
  }

  @Override
  public synchronized Recording record(EgressEvent event, Executor thread) {
    if (failure != null) {
      return Recording.failed(failure);
    }
    if (closed) {
      return Recording.failed(new IllegalStateException("the record of decisions is closed"));
    }
    Waiting waiting =
        new Waiting(event, thread, new CompletableFuture<>(), new CompletableFuture<>());
    if (!queue.offer(waiting)) {
      return Recording.failed(
          new IllegalStateException("more than " + QUEUE + " decisions wait for the audit log"));
    }
    if (!running) {
      running = true;
      writer.execute(this::run);
    }
    return new Recording(waiting.written(), waiting.durable());
  }

  /** Writes what waits, then ends; later decisions fail. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    writer.shutdown();
    // Never by an interrupt, which would break a write in the middle.
    boolean interrupted = false;
    while (!writer.isTerminated()) {
      try {
        var _ = writer.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nobody may wait for a thread that is gone, whatever took it. */
  private void run() {
    List<Waiting> batch = new ArrayList<>();
    try {
      write(batch);
    } catch (Throwable e) {
      IllegalStateException why =
          new IllegalStateException("the record of decisions is broken: " + e, e);
      synchronized (this) {
        failure = why;
        queue.drainTo(batch);
      }
      batch.forEach(waiting -> waiting.fail(why));
      broken.accept(e);
    }
  }

  private void write(List<Waiting> batch) {
    while (next(batch)) {
      commit(batch);
      batch.clear();
      if (unsealed >= UNSEALED) {
        seal();
      }
    }
  }

  /** Gathers what waits; false where nothing came and the thread is to end. */
  private boolean next(List<Waiting> batch) {
    try {
      Waiting first = queue.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
      if (first != null) {
        batch.add(first);
      }
    } catch (InterruptedException e) {
      // nobody has this thread but us
    }
    queue.drainTo(batch, BATCH - batch.size());
    if (!batch.isEmpty()) {
      return true;
    }
    seal();
    synchronized (this) {
      running = !queue.isEmpty();
      return running;
    }
  }

  private void commit(List<Waiting> batch) {
    try (Unsynced written = chain().writeAhead(events(batch))) {
      unsealed += batch.size();
      tell(batch, waiting -> waiting.written().complete(null));
      written.sync();
      tell(batch, waiting -> waiting.durable().complete(null));
    } catch (AuditException | RuntimeException e) {
      tell(batch, waiting -> waiting.fail(e));
    }
  }

  private List<AuditEvent> events(List<Waiting> batch) {
    return batch.stream().map(waiting -> EgressRecord.of(waiting.event(), actor)).toList();
  }

  private AuditLog chain() {
    AuditLog known = open;
    if (known == null) {
      known = chain.get();
      open = known;
    }
    return known;
  }

  /** One task for each thread, however many wait there: to wake it costs more than the task. */
  private static void tell(List<Waiting> batch, Consumer<Waiting> word) {
    Map<Executor, List<Waiting>> byThread = new LinkedHashMap<>();
    for (Waiting waiting : batch) {
      byThread.computeIfAbsent(waiting.thread(), _ -> new ArrayList<>()).add(waiting);
    }
    byThread.forEach(
        (thread, group) -> {
          try {
            thread.execute(() -> group.forEach(word));
          } catch (RejectedExecutionException e) {
            // It has ended, and with it the connections; whoever waits still learns of it.
            group.forEach(word);
          }
        });
  }

  private void seal() {
    if (unsealed > 0) {
      try {
        chain().seal();
      } catch (AuditException | RuntimeException e) {
        // The records are there; the next one brings another try.
      }
      unsealed = 0;
    }
  }
}
