package dev.claw.cli;

import java.time.Duration;
import java.time.Instant;

/** Time that has passed, as listings of kubectl and podman put it. */
final class Ago {
  private Ago() {}

  static String between(Instant then, Instant now) {
    Duration passed = Duration.between(then, now);
    if (passed.isNegative()) {
      return "just now"; // the clock was set back
    }
    if (passed.toDays() > 1) {
      return passed.toDays() + " days ago";
    }
    if (passed.toHours() > 1) {
      return passed.toHours() + " hours ago";
    }
    if (passed.toMinutes() > 1) {
      return passed.toMinutes() + " minutes ago";
    }
    return passed.toSeconds() + " seconds ago";
  }
}
