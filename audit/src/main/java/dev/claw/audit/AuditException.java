package dev.claw.audit;

/**
 * An event could not be recorded, or a log not be read. Thrown by an append, it means that nothing
 * was recorded and so nothing may be done; the message says what to do.
 */
public final class AuditException extends Exception {
  private static final long serialVersionUID = 1L;

  public AuditException(String message) {
    super(message);
  }

  public AuditException(String message, Throwable cause) {
    super(message, cause);
  }
}
