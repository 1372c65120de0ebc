package dev.claw.access.telegram;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after failures in a row: doubling from a second to a minute, of which half is
 * left to chance, so that many clients do not come back at the same moment.
 */
record BackOff(RandomGenerator random) {
  private static final long FIRST = 1_000;
  private static final long LONGEST = 60_000;

  /**
   * @param failures in a row, at least 1
   */
  Duration delay(int failures) {
    long whole = Math.min(LONGEST, FIRST << Math.min(failures - 1, 10));
    return Duration.ofMillis(whole / 2 + random.nextLong(whole / 2 + 1));
  }
}
