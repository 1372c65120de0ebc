package dev.claw.supervisor.resident;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Decides when the process has nothing left to stay for. */
final class Lifetime {
  /** How long the end waits for answers that are being made. */
  private static final Duration ANSWERS = Duration.ofSeconds(5);

  private final Optional<Duration> idleExit;
  private String end = "";
  private boolean broken;
  private boolean over;
  private int answering;
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

  /** The process can't do its work any more, and another one shall be started in its place. */
  synchronized void broken(String why) {
    broken = true;
    end(why);
  }

  synchronized boolean isBroken() {
    return broken;
  }

  /** Whether the end has come, so that nobody is to wait for anything. */
  synchronized boolean isEnding() {
    return over || !end.isEmpty();
  }

  /**
   * Begins an answer, which keeps the process until {@link #answered}.
   *
   * @return false where the end has come: whatever was promised now would not be kept
   */
  synchronized boolean answer() {
    if (isEnding()) {
      return false;
    }
    answering++;
    return true;
  }

  synchronized void answered() {
    answering--;
    notifyAll();
  }

  /** Waits for the end and gives back why it came. */
  synchronized String await() {
    try {
      String why = decided();
      over = true;
      long until = System.nanoTime() + ANSWERS.toNanos();
      for (long left = ANSWERS.toNanos();
          answering > 0 && left > 0;
          left = until - System.nanoTime()) {
        wait(left / 1_000_000 + 1);
      }
      return why;
    } catch (InterruptedException e) {
      over = true;
      return "it was interrupted";
    }
  }

  private String decided() throws InterruptedException {
    while (end.isEmpty()) {
      if (!needs.isEmpty() || answering > 0 || idleExit.isEmpty()) {
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
  }
}
