package dev.claw.supervisor;

import dev.claw.lock.PolicyLock;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.NetworkProfile;
import java.util.Optional;

/** Sees to an agent's one way out, which stands before anything of the agent's runs. */
final class AgentDoor {
  private final Host host;

  AgentDoor(Host host) {
    this.host = host;
  }

  /**
   * Has the agent's egress served and its door opened; nothing for an agent that has none by
   * policy.
   *
   * @return why the agent has no way out although its lock gives it one, which the host's lack of a
   *     tool can cause; nothing is open then that should not be
   * @throws SupervisorException where nobody serves the agent's egress
   */
  Optional<String> open(AgentRecord agent, PolicyLock lock)
      throws SupervisorException, BackendException {
    if (lock.reach().profile() != NetworkProfile.ALLOWLIST) {
      return Optional.empty();
    }
    var socket = host.egress().serve(agent.name());
    try {
      host.backend().openDoor(agent.id(), socket);
      return Optional.empty();
    } catch (BackendException e) {
      if (e.kind() == Kind.FAILED) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }
}
