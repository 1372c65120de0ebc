package dev.claw.supervisor;

import dev.claw.model.AgentName;
import java.nio.file.Path;

/** What the resident process does for an agent's egress, as those see it who start agents. */
public interface EgressAccess extends RunningEgress {
  /**
   * Has the agent's egress decided by its lock and grants as they are on disk now; the resident
   * process is started where none runs. Doing it twice is doing it once.
   *
   * @return the Unix socket that the agent's door leads to
   * @throws SupervisorException DRIFT where the lock does not hold, FAILED where no resident
   *     process can be had
   */
  Path serve(AgentName agent) throws SupervisorException;
}
