package dev.claw.cli;

import dev.claw.access.Role;
import dev.claw.model.InvalidValueException;

/** A role, as people type it. */
final class RoleText {
  static final String MEANING =
      "viewer looks; operator also starts, stops, asks, allows commands and denies; admin also allows hosts.";

  private RoleText() {}

  static Role parse(String text) throws CliException {
    try {
      return Role.parse(text);
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "role: " + e.getMessage(), e);
    }
  }
}
