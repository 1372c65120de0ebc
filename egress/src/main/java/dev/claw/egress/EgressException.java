package dev.claw.egress;

import java.util.Objects;

/** An agent's egress could not be opened. Nothing leaves until it is. */
public final class EgressException extends Exception {
  private static final long serialVersionUID = 1L;

  EgressException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
