package dev.claw.supervisor;

import dev.claw.model.AgentName;

/** The egress of agents that run, where it is to look again at what is on disk. */
@FunctionalInterface
public interface RunningEgress {
  /** The agent's grants have changed; done also where it does not run. */
  void refresh(AgentName agent) throws SupervisorException;
}
