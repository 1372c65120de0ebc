package dev.claw.access;

/**
 * Access could not be decided or changed; nothing was done. The message says why and what to do.
 */
public final class AccessException extends Exception {
  private static final long serialVersionUID = 1L;

  public AccessException(String message) {
    super(message);
  }

  public AccessException(String message, Throwable cause) {
    super(message, cause);
  }
}
