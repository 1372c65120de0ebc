package dev.claw.access.telegram;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** A token bucket for each of many callers; of more than it can hold it forgets the most idle. */
final class RateLimit {
  /** Whether a call passes. */
  sealed interface Outcome {
    /** It does. */
    record Passes() implements Outcome {}

    /**
     * It does not.
     *
     * @param first of a row of refusals, so that a flood is not answered with another
     * @param delay until one would
     */
    record Refused(boolean first, Duration delay) implements Outcome {}
  }

  private static final int MOST_CALLERS = 10_000;

  private final int burst;
  private final long every;
  private final LongSupplier nanoTime;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST_CALLERS;
        }
      };

  /** The credit is time, of which each call takes a share. */
  private record Bucket(long credit, long at, boolean refusing) {}

  /**
   * @param burst calls that may come at once
   * @param every after which time one more may come
   */
  RateLimit(int burst, Duration every, LongSupplier nanoTime) {
    this.burst = burst;
    this.every = every.toNanos();
    this.nanoTime = nanoTime;
  }

  synchronized Outcome take(String caller) {
    long now = nanoTime.getAsLong();
    Bucket before = buckets.getOrDefault(caller, new Bucket(burst * every, now, false));
    long credit = Math.min(burst * every, before.credit() + (now - before.at()));
    if (credit >= every) {
      buckets.put(caller, new Bucket(credit - every, now, false));
      return new Outcome.Passes();
    }
    buckets.put(caller, new Bucket(credit, now, true));
    return new Outcome.Refused(!before.refusing(), Duration.ofNanos(every - credit));
  }
}
