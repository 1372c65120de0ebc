package dev.claw.supervisor;

import dev.claw.lock.PolicyLock;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.NetworkProfile;
import java.util.Optional;

/** Sees to an agent's door, which stands before anything of the agent's runs. */
final class AgentDoor {
  private final Host host;

  AgentDoor(Host host) {
    this.host = host;
  }

  /**
   * Has the agent's egress served and its door opened; nothing for an agent that has none by
   * policy.
   *
   * @return what the agent lacks of what its lock gives it, and why, which the host's lack of a
   *     tool can cause; nothing is open then that should not be
   * @throws SupervisorException where nobody serves the agent's egress
   */
  Optional<String> open(AgentRecord agent, PolicyLock lock)
      throws SupervisorException, BackendException {
    if (!lock.hasDoor()) {
      return Optional.empty();
    }
    var socket = host.egress().serve(agent.name());
    try {
      host.backend().openDoor(agent.id(), socket);
      return Optional.empty();
    } catch (BackendException e) {
      if (e.kind() == Kind.FAILED) {
        String lacks =
            lock.reach().profile() == NetworkProfile.OPEN ? "NO WAY TO ITS MODEL" : "NO WAY OUT";
        return Optional.of(lacks + ": " + e.getMessage());
      }
      throw e;
    }
  }
}
