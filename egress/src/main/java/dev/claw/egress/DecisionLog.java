package dev.claw.egress;

import java.util.concurrent.CompletionStage;

/** Where decisions are put on record before they take effect. */
@FunctionalInterface
public interface DecisionLog {
  /**
   * Puts an event on record. Must not block: it is called by the threads that carry traffic. An
   * answer is sent and a connection made only after the stage completes; where it fails, the
   * request is denied.
   */
  CompletionStage<Void> record(EgressEvent event);
}
