package dev.claw.egress;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** A clock that nobody can set back: a grant that runs does not gain time by it. */
final class SteadyClock implements InstantSource {
  private final InstantSource wall;
  private final LongSupplier nanos;
  private Instant latest;
  private long latestNanos;

  /**
   * @param nanos counts nanoseconds and is never set, such as {@link System#nanoTime}
   */
  SteadyClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.latest = wall.instant();
    this.latestNanos = nanos.getAsLong();
  }

  @Override
  public synchronized Instant instant() {
    long tick = nanos.getAsLong();
    Instant elapsed = latest.plusNanos(tick - latestNanos);
    Instant now = wall.instant();
    latest = now.isAfter(elapsed) ? now : elapsed;
    latestNanos = tick;
    return latest;
  }
}
