package dev.claw.access;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import java.util.List;
import java.util.Optional;

/** The agents that there are at this moment. */
public interface AccessAgents {
  /** The agent of this name. */
  Optional<AgentRef> find(AgentName name) throws AccessException;

  /** The agent with this id, whatever its name; empty where its files can't be read. */
  default Optional<AgentRef> find(AgentId id) throws AccessException {
    return all().stream().filter(agent -> agent.id().equals(id)).findFirst();
  }

  /** All of them by name; without those whose files can't be read. */
  List<AgentRef> all() throws AccessException;
}
