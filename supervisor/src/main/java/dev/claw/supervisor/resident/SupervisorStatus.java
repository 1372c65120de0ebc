package dev.claw.supervisor.resident;

import dev.claw.model.AgentName;
import dev.claw.supervisor.BotStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the resident process says of itself.
 *
 * @param version of the claw that it was started from
 * @param since when it began
 * @param agents those whose egress it serves, by name
 * @param bot the chat's, where it runs one
 */
public record SupervisorStatus(
    long pid, String version, Instant since, List<Served> agents, Optional<BotStatus> bot) {
  /**
   * An agent whose egress is served.
   *
   * @param connections open now
   * @param bytes carried in both directions this UTC day
   * @param modelTokens used in both directions this UTC day
   */
  public record Served(AgentName agent, int connections, long bytes, long modelTokens) {}

  /** Copies the list. */
  public SupervisorStatus {
    agents = List.copyOf(agents);
  }
}
