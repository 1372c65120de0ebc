package dev.claw.backend.podman;

import java.time.Duration;

/** A point in the monotonic clock after which nobody waits any more. */
final class Deadline {
  /** For a transfer that ends only when one side wants it to. */
  static final Deadline NEVER = new Deadline(0, true);

  private static final long LONGEST_NANOS = Duration.ofDays(365).toNanos();

  private final long end;
  private final boolean never;

  private Deadline(long end, boolean never) {
    this.end = end;
    this.never = never;
  }

  static Deadline after(Duration duration) {
    long nanos = duration.compareTo(Duration.ofDays(365)) > 0 ? LONGEST_NANOS : duration.toNanos();
    return new Deadline(System.nanoTime() + nanos, false);
  }

  boolean isOver() {
    return !never && end - System.nanoTime() <= 0;
  }

  /** For {@code select}: at least 1, and 0 where there is no end. */
  long selectMillis() {
    return never ? 0 : Math.max(1, (end - System.nanoTime()) / 1_000_000);
  }
}
