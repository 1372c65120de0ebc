package dev.claw.supervisor;

import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stands for the resident process: keeps what it was asked, and fails where it is told to. */
public final class RecordedEgress implements EgressAccess {
  final List<AgentName> served = new ArrayList<>();
  boolean fails;

  @Override
  public Path serve(AgentName agent) throws SupervisorException {
    if (fails) {
      throw new SupervisorException(Reason.FAILED, "no supervisor");
    }
    served.add(agent);
    return Path.of("/run/egress-" + agent + ".sock");
  }

  @Override
  public void refresh(AgentName agent) {
    served.add(agent);
  }
}
