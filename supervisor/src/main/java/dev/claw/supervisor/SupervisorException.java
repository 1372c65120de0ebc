package dev.claw.supervisor;

/**
 * An act on an agent or on the state folder did not happen. The message says why and what to do.
 */
public final class SupervisorException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why, as far as callers tell the reasons apart. */
  public enum Reason {
    /** There is no such agent, or no state folder. */
    NOT_FOUND,
    /** The state on disk is unreadable, unsafe or can't be written. */
    STATE,
    /** Something stands in the way: the name is taken, the agent is running. */
    CONFLICT,
    /** Policy says no. */
    REFUSED,
    /** What is there is not what the lock names. */
    DRIFT,
    /** The backend is not there or failed. */
    BACKEND,
    /** The audit log can't be written, so nothing was done. */
    AUDIT,
    /** The agent did not come up. */
    FAILED,
    /** The operator broke it off. */
    INTERRUPTED
  }

  private final Reason reason;

  public SupervisorException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public SupervisorException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why it did not happen. */
  public Reason reason() {
    return reason;
  }
}
