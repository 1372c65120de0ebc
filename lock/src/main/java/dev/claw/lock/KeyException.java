package dev.claw.lock;

/** A key of claw's can't be made, read or replaced. The message says what to do. */
public final class KeyException extends Exception {
  private static final long serialVersionUID = 1L;

  public KeyException(String message) {
    super(message);
  }

  public KeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
