package dev.claw.model;

import java.util.Objects;

/**
 * A text is not a value of the type that was asked for. The message says what was expected and what
 * was found; the caller, who knows file and line, puts the subject in front.
 */
public final class InvalidValueException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message expectation and finding, without a subject
   */
  public InvalidValueException(String message) {
    super(message);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
