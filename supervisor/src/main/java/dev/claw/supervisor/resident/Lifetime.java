package dev.claw.supervisor.resident;

import java.time.Duration;
import java.util.Optional;

/** Decides when the process has nothing left to stay for. */
final class Lifetime {
  private final Optional<Duration> idleExit;
  private String end = "";
  private boolean needed;
  private long idleFrom = System.nanoTime();

  /**
   * @param idleExit how long the process stays when it is not needed; empty for ever
   */
  Lifetime(Optional<Duration> idleExit) {
    this.idleExit = idleExit;
  }

  /** Says whether anybody needs the process now; being asked prolongs its rest. */
  synchronized void needed(boolean now) {
    needed = now;
    idleFrom = System.nanoTime();
    notifyAll();
  }

  synchronized void end(String why) {
    end = why;
    notifyAll();
  }

  /** Waits for the end and gives back why it came. */
  synchronized String await() {
    try {
      while (end.isEmpty()) {
        if (needed || idleExit.isEmpty()) {
          wait();
          continue;
        }
        long left = idleExit.get().toNanos() - (System.nanoTime() - idleFrom);
        if (left <= 0) {
          return "no agent needs it";
        }
        wait(left / 1_000_000 + 1);
      }
      return end;
    } catch (InterruptedException e) {
      return "it was interrupted";
    }
  }
}
