package dev.claw.supervisor;

import dev.claw.egress.Decision.Reason;
import dev.claw.egress.Grant;
import dev.claw.model.AgentName;
import dev.claw.model.EgressPolicy;
import dev.claw.model.InvalidValueException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The command that would admit what was denied, where there is one. */
final class AllowCommand {
  private AllowCommand() {}

  /**
   * @param host as it was asked for, by whomever; it stands in the command only where it is a host
   */
  static Optional<String> find(
      AgentName agent, EgressPolicy policy, Reason reason, String host, int port) {
    switch (reason) {
      case NO_RULE, METHOD, PATH, PROGRAM, PROTOCOL -> {}
      default -> {
        return Optional.empty();
      }
    }
    if (host.indexOf('*') >= 0) {
      return Optional.empty(); // a name that was asked for, and would be a pattern in a grant
    }
    try {
      Grant grant = Grant.parse("g", host, List.of(port), Instant.EPOCH);
      GrantCheck.refuseUseless(grant.host());
      return GrantCheck.denied(policy, grant).isPresent()
          ? Optional.empty()
          : Optional.of(
              "claw egress allow "
                  + agent
                  + " "
                  + grant.host()
                  + (port == Grants.HTTPS ? "" : " --port " + port)
                  + " --for 30m");
    } catch (InvalidValueException e) {
      return Optional.empty();
    }
  }
}
