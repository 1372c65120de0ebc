package dev.claw.egress;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Where decisions are put on record before they take effect. */
@FunctionalInterface
public interface DecisionLog {
  /**
   * How far an event has come. Where a stage fails, so does the other that is still open.
   *
   * @param written it is on record, and stays there if this process ends: nothing goes out before
   * @param durable it is on the disk, and stays there if the machine ends: no answer before
   */
  record Recording(CompletionStage<Void> written, CompletionStage<Void> durable) {
    /** Both at once. */
    public static Recording at(CompletionStage<Void> both) {
      return new Recording(both, both);
    }

    /** It is not on record. */
    public static Recording failed(Throwable why) {
      return at(CompletableFuture.failedFuture(why));
    }
  }

  /**
   * Puts an event on record. Must not block: it is called by the threads that carry traffic.
   *
   * @param thread on which the stages complete, unless they have by the time that they are returned
   */
  Recording record(EgressEvent event, Executor thread);
}
