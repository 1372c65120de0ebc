package dev.claw.supervisor.resident;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait until the next try: longer each time, and never quite the same. */
final class GatewayBackOff {
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration LONGEST_PENALTY = Duration.ofMinutes(15);

  private final RandomGenerator random;
  private static final Duration EARLY = Duration.ofSeconds(2);
  private static final int EARLY_TRIES = 100;

  private int early = EARLY_TRIES;
  private Duration next = SHORTEST;
  private Duration penalty = LONGEST;

  GatewayBackOff(RandomGenerator random) {
    this.random = random;
  }

  /** It went well for a while. */
  void reset() {
    early = EARLY_TRIES;
    next = SHORTEST;
    penalty = LONGEST;
  }

  /** After a failure that passes by itself. */
  Duration next() {
    Duration pause = next;
    next = shorter(next.multipliedBy(2), LONGEST);
    return jittered(pause);
  }

  /** Where something is about to be there: often for some minutes, then as {@link #next}. */
  Duration soon() {
    return early-- > 0 ? jittered(EARLY) : next();
  }

  /** After one that was somebody's intent. */
  Duration penalty() {
    Duration pause = penalty;
    penalty = shorter(penalty.multipliedBy(2), LONGEST_PENALTY);
    return jittered(pause);
  }

  /** At least half of it, and at least the shortest. */
  private Duration jittered(Duration pause) {
    long half = pause.toMillis() / 2;
    long millis = half + random.nextLong(half + 1);
    return Duration.ofMillis(Math.max(SHORTEST.toMillis() / 2, millis));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
