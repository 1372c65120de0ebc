package dev.claw.audit;

import dev.claw.model.AuditEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Does what changes something between the record of its intent and the record of its outcome. */
public final class RecordedAction {
  private static final int LONGEST_ERROR = 4096;

  private final AuditLog log;

  public RecordedAction(AuditLog log) {
    this.log = log;
  }

  /**
   * What is done.
   *
   * @param <E> how it fails
   */
  @FunctionalInterface
  public interface Action<T, E extends Exception> {
    /** Does it; what is worth recording of its end goes to the outcome. */
    T run(Outcome outcome) throws E;
  }

  /** What the record of the outcome will say, unless the action throws. */
  public static final class Outcome {
    private final Map<String, Object> details = new TreeMap<>();
    private AuditEvent.Result result = AuditEvent.Result.DONE;

    private Outcome() {}

    /** Adds a detail; see {@link AuditEvent} for what it may be. */
    public void put(String key, Object value) {
      details.put(key, value);
    }

    // What was refused may well end by an exception; it is on record as what it is.
    private AuditEvent.Result failure() {
      return result == AuditEvent.Result.REFUSED ? result : AuditEvent.Result.FAILED;
    }

    /** The action was refused by policy and changed nothing. */
    public void refused(String reason) {
      result = AuditEvent.Result.REFUSED;
      details.put("reason", reason);
    }
  }

  /**
   * Records the intent, runs the action, records how it ended.
   *
   * @throws AuditException if the intent could not be recorded, and then the action has not run; or
   *     if it has run and its outcome could not be recorded, which the message says
   */
  public <T extends @Nullable Object, E extends Exception> T run(
      AuditEvent intent, Action<T, E> action) throws AuditException, E {
    log.append(intent);
    Outcome outcome = new Outcome();
    T value;
    try {
      value = action.run(outcome);
    } catch (Throwable e) {
      outcome.put("error", recorded(String.valueOf(e.getMessage())));
      record(intent.outcome(outcome.failure(), outcome.details), "failed", e);
      throw e;
    }
    record(intent.outcome(outcome.result, outcome.details), "was done", null);
    return value;
  }

  // The text may be an agent's. Half of a surrogate pair, by its hand or by the cut, has no place
  // in JSON and would keep the outcome off the record; UTF-8 makes a '?' of it.
  private static String recorded(String message) {
    String cut = message.length() <= LONGEST_ERROR ? message : message.substring(0, LONGEST_ERROR);
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private void record(AuditEvent event, String happened, @Nullable Throwable cause)
      throws AuditException {
    try {
      appendUninterrupted(event);
    } catch (AuditException e) {
      AuditException unrecorded =
          new AuditException(
              event.type() + " " + happened + ", but that is not on record: " + e.getMessage(), e);
      if (cause != null) {
        unrecorded.addSuppressed(cause);
      }
      throw unrecorded;
    }
  }

  // An interrupt closes the file that the interrupted thread is at, and the JDK does so some time
  // after it has set the status. So the outcome is written by a thread that nobody can interrupt.
  private void appendUninterrupted(AuditEvent event) throws AuditException {
    FutureTask<AuditRecord> append = new FutureTask<>(() -> log.append(event));
    Thread.ofPlatform().name("audit-outcome").start(append);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          append.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuditException unrecorded) {
        throw unrecorded;
      }
      throw new IllegalStateException("an append fails only by its own exception", e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
