package dev.claw.access.telegram;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Work in lanes: what is in one lane happens in turn, and no lane waits for another. Bounded in
 * each lane and in all, where what has begun counts until it is over.
 */
final class Lanes implements AutoCloseable {
  private static final int MOST_IN_A_LANE = 10;
  private static final int MOST = 500;

  /** Kept for words to those who fill the rest. */
  private static final int APART = 100;

  private final Map<String, Deque<Runnable>> lanes = new HashMap<>();
  private final Set<Thread> threads = new HashSet<>();

  /** What was taken on and is not over; begun or not. */
  private int taken;

  private boolean closed;

  /** Takes it on, unless there is too much already. */
  boolean submit(String lane, Runnable work) {
    return submit(lane, work, MOST, MOST_IN_A_LANE);
  }

  /** Takes it on also where there is too much of the other, unless one waits in this lane. */
  boolean submitApart(String lane, Runnable work) {
    return submit(lane, work, MOST + APART, 1);
  }

  private synchronized boolean submit(String lane, Runnable work, int most, int mostInLane) {
    Deque<Runnable> queue = lanes.get(lane);
    if (closed || taken >= most || (queue != null && queue.size() >= mostInLane)) {
      return false;
    }
    taken++;
    if (queue == null) {
      Deque<Runnable> fresh = new ArrayDeque<>();
      fresh.add(work);
      lanes.put(lane, fresh);
      Thread thread = Thread.ofVirtual().name("telegram-" + lane).unstarted(() -> run(lane, fresh));
      threads.add(thread);
      thread.start();
    } else {
      queue.add(work);
    }
    return true;
  }

  private void run(String lane, Deque<Runnable> queue) {
    try {
      for (Runnable work = next(lane, queue); work != null; work = next(lane, queue)) {
        try {
          work.run();
        } finally {
          over();
        }
      }
    } finally {
      synchronized (this) {
        threads.remove(Thread.currentThread());
        if (lanes.remove(lane, queue)) {
          taken -= queue.size(); // nothing comes to them any more
        }
      }
    }
  }

  private synchronized @Nullable Runnable next(String lane, Deque<Runnable> queue) {
    Runnable work = closed ? null : queue.poll();
    if (work == null) {
      lanes.remove(lane, queue);
    }
    return work;
  }

  private synchronized void over() {
    taken--;
  }

  /** Begins nothing more, interrupts what runs, and waits for none of it. */
  @Override
  public synchronized void close() {
    closed = true;
    threads.forEach(Thread::interrupt);
  }
}
