package dev.claw.access.telegram;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions. */
final class Waiting {
  private static final int TRIES = 6000;

  private Waiting() {}

  static void until(Supplier<String> what, BooleanSupplier condition) {
    for (int i = 0; !condition.getAsBoolean(); i++) {
      if (i == TRIES) {
        throw new AssertionError("did not come true: " + what.get());
      }
      LockSupport.parkNanos(10_000_000);
    }
  }
}
