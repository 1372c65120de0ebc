package dev.claw.access;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.util.Locale;

/** What a paired person may do with an agent; each role includes the ones before it. */
public enum Role {
  /** Looks: status, logs, policy, denials, audit. */
  VIEWER,
  /** Acts: starts, stops, asks, answers the agent's own approvals. */
  OPERATOR,
  /** Opens: grants of egress. */
  ADMIN;

  /** As commands and the store spell it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether this role includes that one. */
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /**
   * @throws InvalidValueException if there is no such role
   */
  public static Role parse(String word) throws InvalidValueException {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    throw new InvalidValueException("expected viewer, operator or admin, found " + Quoted.of(word));
  }
}
