package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import java.util.List;
import java.util.function.Consumer;

/** Has what is to be done about updates done in lanes, and notes when it was. */
final class Errands {
  private final Lanes lanes;
  private final Inbox inbox;
  private final Consumer<String> log;
  private final Consumer<Throwable> broken;

  /**
   * @param broken told of what no code of ours can go on after
   */
  Errands(Lanes lanes, Inbox inbox, Consumer<String> log, Consumer<Throwable> broken) {
    this.lanes = lanes;
    this.inbox = inbox;
    this.log = log;
    this.broken = broken;
  }

  /** What is to be done. */
  @FunctionalInterface
  interface Work {
    void run() throws AccessException, InterruptedException;
  }

  /**
   * Takes it on, unless there is too much already.
   *
   * @param update done with it; 0 for none
   */
  boolean take(String lane, long update, Work work) {
    return lanes.submit(lane, () -> attempt(update, work));
  }

  /** The same for a word to somebody whose own lanes may be full. */
  boolean takeApart(String lane, long update, Work work) {
    return lanes.submitApart(lane, () -> attempt(update, work));
  }

  /** What was interrupted stays begun: the next run tells the person. */
  private void attempt(long update, Work work) {
    try {
      try {
        work.run();
      } catch (AccessException e) {
        log.accept("telegram: " + e.getMessage());
      } catch (RuntimeException e) {
        log.accept("telegram: a fault of claw's: " + e);
      }
      if (update != 0) {
        inbox.done(List.of(update));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (AccessException e) {
      log.accept("telegram: " + e.getMessage());
    } catch (Error e) {
      broken.accept(e);
    }
  }
}
