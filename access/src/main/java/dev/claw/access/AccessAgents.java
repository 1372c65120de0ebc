package dev.claw.access;

import dev.claw.model.AgentName;
import java.util.List;
import java.util.Optional;

/** The agents that there are at this moment. */
public interface AccessAgents {
  /** The agent of this name. */
  Optional<AgentRef> find(AgentName name) throws AccessException;

  /** All of them by name; without those whose files can't be read. */
  List<AgentRef> all() throws AccessException;
}
