package dev.claw.cli;

import dev.claw.compiler.PolicyDiff;
import dev.claw.lock.PolicyLock;
import dev.claw.supervisor.Relock;
import java.util.Optional;

/** What a re-lock would change, on standard error. */
final class RelockText implements Relock.Difference {
  private final Claw claw;

  RelockText(Claw claw) {
    this.claw = claw;
  }

  @Override
  public void show(String why, Optional<PolicyLock> before, PolicyLock after) {
    claw.err().println("claw: " + why);
    if (before.isEmpty()) {
      claw.err()
          .println(
              "The lock there was can't be trusted, so there is nothing to compare the new one with.");
    } else {
      claw.err().print(PolicyDiff.between(before.get(), after).text());
    }
    claw.err().println("Locking again with serial " + after.serial() + ".");
  }
}
