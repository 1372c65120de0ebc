package dev.claw.egress;

import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what one agent can have the host do at once: so many calls run, so many wait in line, and
 * what comes on top is refused. Whoever has gone meanwhile leaves the line; a call that runs keeps
 * its place until it ends, since the thread that it blocks is gone as long. Safe for use by many
 * threads.
 */
final class Turns {
  private final int atOnce;
  private final int waiting;
  private final Queue<Turn<?>> line = new ArrayDeque<>();
  private int running;

  Turns(int atOnce, int waiting) {
    this.atOnce = atOnce;
    this.waiting = waiting;
  }

  /** There are more than may wait. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(int running, int waiting) {
      super(running + " are under way and " + waiting + " wait", null, false, false);
    }
  }

  private record Turn<T>(
      Channel who, Supplier<? extends CompletionStage<T>> call, CompletableFuture<T> outcome) {
    boolean wanted() {
      return who.isActive() && !outcome.isDone();
    }
  }

  /**
   * Calls when it is its turn.
   *
   * @param who for whom; once it is closed nothing is called any more
   * @return fails with {@link Refused} where too many wait; whoever completes it gives up the turn
   */
  <T> CompletableFuture<T> take(Channel who, Supplier<? extends CompletionStage<T>> call) {
    Turn<T> turn = new Turn<>(who, call, new CompletableFuture<>());
    synchronized (this) {
      if (running == atOnce) {
        if (line.size() >= waiting) {
          line.removeIf(gone -> !gone.wanted());
        }
        if (line.size() < waiting) {
          line.add(turn);
        } else {
          turn.outcome().completeExceptionally(new Refused(running, line.size()));
        }
        return turn.outcome();
      }
      running++;
    }
    run(turn);
    return turn.outcome();
  }

  private <T> void run(Turn<T> turn) {
    CompletionStage<T> called;
    try {
      called = turn.call().get();
    } catch (RuntimeException e) {
      called = CompletableFuture.failedFuture(e);
    }
    called.whenComplete(
        (value, failure) -> {
          Turn<?> next = next();
          if (next != null) {
            run(next);
          }
          if (failure == null) {
            turn.outcome().complete(value);
          } else {
            turn.outcome().completeExceptionally(failure);
          }
        });
  }

  private synchronized @Nullable Turn<?> next() {
    for (Turn<?> turn = line.poll(); turn != null; turn = line.poll()) {
      if (turn.wanted()) {
        return turn;
      }
    }
    running--;
    return null;
  }
}
