package dev.claw.access.telegram;

import java.time.Duration;

/** Lets time pass. */
@FunctionalInterface
interface Pause {
  void of(Duration time) throws InterruptedException;
}
