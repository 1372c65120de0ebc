package dev.claw.supervisor.resident;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Decides when the process has nothing left to stay for. */
final class Lifetime {
  private final Optional<Duration> idleExit;
  private String end = "";
  private final Set<Need> needs = EnumSet.noneOf(Need.class);
  private long idleFrom = System.nanoTime();

  /**
   * @param idleExit how long the process stays when it is not needed; empty for ever
   */
  Lifetime(Optional<Duration> idleExit) {
    this.idleExit = idleExit;
  }

  /** What a process is needed for. */
  enum Need {
    /** An agent's egress is served. */
    EGRESS,
    /** A token was given out by which somebody may ask to be paired. */
    INVITATION,
    /** A bot is set up. */
    CHAT
  }

  /** Says whether the process is needed for this now; its rest begins when it no longer is. */
  synchronized void needed(Need need, boolean now) {
    if (now ? needs.add(need) : needs.remove(need)) {
      idleFrom = System.nanoTime();
      notifyAll();
    }
  }

  synchronized void end(String why) {
    end = why;
    notifyAll();
  }

  /** Waits for the end and gives back why it came. */
  synchronized String await() {
    try {
      while (end.isEmpty()) {
        if (!needs.isEmpty() || idleExit.isEmpty()) {
          wait();
          continue;
        }
        long left = idleExit.get().toNanos() - (System.nanoTime() - idleFrom);
        if (left <= 0) {
          return "nobody needs it";
        }
        wait(left / 1_000_000 + 1);
      }
      return end;
    } catch (InterruptedException e) {
      return "it was interrupted";
    }
  }
}
