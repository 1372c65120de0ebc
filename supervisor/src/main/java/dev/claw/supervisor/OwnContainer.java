package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import java.util.Optional;

/** Finds an agent's container also where its {@code agent.yaml} can't be read. */
final class OwnContainer {
  private OwnContainer() {}

  /** By the id in the agent's record; where that can't be read, by the name that it carries. */
  static Optional<AgentContainer> find(Host host, AgentName name) throws BackendException {
    Optional<AgentRecord> agent = record(host.home().agent(name), name);
    return agent.isPresent()
        ? host.backend().find(agent.get().id())
        : host.backend().list().stream().filter(found -> found.name().equals(name)).findFirst();
  }

  /**
   * The record in a folder, unless it is a copy of another agent's, whose container and token are
   * not this one's to take.
   */
  static Optional<AgentRecord> record(AgentFolder folder, AgentName name) {
    return AgentStore.peek(folder).filter(agent -> agent.name().equals(name));
  }
}
