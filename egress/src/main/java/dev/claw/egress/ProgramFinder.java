package dev.claw.egress;

import dev.claw.model.AgentName;
import dev.claw.model.EgressRule;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds out which program inside a container opened a connection. */
@FunctionalInterface
public interface ProgramFinder {
  /** Knows nothing, so that rules for programs admit nothing. */
  ProgramFinder UNKNOWN =
      (agent, source, destination) -> CompletableFuture.completedFuture(Optional.empty());

  /**
   * The program that holds the connection between these addresses of the agent's network namespace.
   * Asked only while a rule of the agent names programs. Must not block; what fails counts as
   * unknown.
   */
  CompletionStage<Optional<EgressRule.Program>> find(
      AgentName agent, InetSocketAddress source, InetSocketAddress destination);
}
