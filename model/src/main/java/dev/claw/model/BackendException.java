package dev.claw.model;

import org.jspecify.annotations.Nullable;

/** The backend could not do what was asked. The message says what to do. */
public final class BackendException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it was, as far as callers tell them apart. */
  public enum Kind {
    /** No backend answers, or it is too old. */
    UNAVAILABLE,
    /** What the call is about does not exist. */
    NOT_FOUND,
    /** Something that is not ours is in the way. */
    CONFLICT,
    /** It took longer than allowed. */
    TIMEOUT,
    /** The calling thread was interrupted; what the call began may go on or not. */
    INTERRUPTED,
    /** The backend tried and failed. */
    FAILED
  }

  private final Kind kind;

  public BackendException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public BackendException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The kind of failure. */
  public Kind kind() {
    return kind;
  }
}
