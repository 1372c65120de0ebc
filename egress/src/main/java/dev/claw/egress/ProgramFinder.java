package dev.claw.egress;

import dev.claw.model.AgentName;
import dev.claw.model.EgressRule;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds out which program inside a container opened a connection. */
@FunctionalInterface
public interface ProgramFinder {
  /** Knows nothing, so that rules for programs admit nothing. */
  ProgramFinder UNKNOWN = (agent, port) -> CompletableFuture.completedFuture(Optional.empty());

  /**
   * The program that holds the connection with this source port. Must not block; what fails counts
   * as unknown.
   */
  CompletionStage<Optional<EgressRule.Program>> find(AgentName agent, int sourcePort);
}
