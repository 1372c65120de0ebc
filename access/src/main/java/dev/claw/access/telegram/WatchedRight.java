package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A right that is looked up again each second, by a thread that never sends anything and so never
 * waits for Telegram. Once lost it stays lost, and whoever works by it is interrupted.
 */
final class WatchedRight implements AutoCloseable {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final StreamedAnswer.Right right;
  private final Pause pause;

  /** Held for a look and while workers change, so that nobody is interrupted within a look. */
  private final ReentrantLock looking = new ReentrantLock();

  private final Set<Thread> workers = new HashSet<>();
  private final Thread watcher;
  private boolean closed;
  private volatile boolean lost;

  private WatchedRight(StreamedAnswer.Right right, Pause pause) {
    this.right = right;
    this.pause = pause;
    this.watcher = Thread.ofVirtual().name("telegram-right").unstarted(this::watch);
  }

  /** Watches it from now on, for this thread. */
  static WatchedRight begin(StreamedAnswer.Right right, Pause pause) {
    WatchedRight watched = new WatchedRight(right, pause);
    watched.workers.add(Thread.currentThread());
    watched.watcher.start();
    return watched;
  }

  /** For this thread too, until its end. */
  void alsoFor(Thread worker) {
    looking.lock();
    try {
      workers.add(worker);
    } finally {
      looking.unlock();
    }
  }

  /** Looks it up now. */
  boolean holds() throws AccessException {
    looking.lock();
    try {
      lost = lost || !right.holds();
      return !lost;
    } finally {
      looking.unlock();
    }
  }

  boolean isLost() {
    return lost;
  }

  private void watch() {
    try {
      while (!lost) {
        pause.of(BETWEEN_LOOKS);
        look();
      }
    } catch (InterruptedException e) {
      // There is nothing left to break off.
    }
  }

  private void look() {
    looking.lock();
    try {
      if (!closed && !holds()) {
        workers.forEach(Thread::interrupt);
      }
    } catch (AccessException e) {
      // Nothing is shown while nobody can say who may see it; whoever sends says why.
    } finally {
      looking.unlock();
    }
  }

  /** Interrupts nobody any more; to be called by the thread for which it was begun. */
  @Override
  public void close() {
    looking.lock();
    try {
      closed = true;
      watcher.interrupt();
    } finally {
      looking.unlock();
    }
    if (lost) {
      var _ = Thread.interrupted(); // meant for the work, which is over
    }
  }
}
