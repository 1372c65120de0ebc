package dev.claw.cli;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Shows on a terminal how long something may still take; says it once in a line where there is no
 * terminal.
 */
final class Waiting implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofSeconds(2);

  private final Thread thread;

  private Waiting(Thread thread) {
    this.thread = thread;
  }

  static Waiting upTo(Claw claw, Duration limit, String text) {
    Thread thread = Thread.ofVirtual().unstarted(() -> show(claw, limit, text));
    if (limit.compareTo(SILENCE) > 0) {
      thread.start();
    }
    return new Waiting(thread);
  }

  private static void show(Claw claw, Duration limit, String text) {
    boolean fancy = claw.surroundings().fancy();
    try {
      TimeUnit.MILLISECONDS.sleep(SILENCE.toMillis());
      if (!fancy) {
        claw.err().println(text + ", up to " + limit.toSeconds() + " s");
        return;
      }
      for (long left = limit.minus(SILENCE).toSeconds(); ; left--) {
        claw.err().print("\r" + text + ", " + Math.max(left, 0) + " s left \u001b[K");
        claw.err().flush();
        TimeUnit.SECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      if (fancy) {
        claw.err().print("\r\u001b[K");
        claw.err().flush();
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
