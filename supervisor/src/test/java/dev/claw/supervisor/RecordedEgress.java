package dev.claw.supervisor;

import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stands for the resident process: keeps what it was asked, and fails where it is told to. */
public final class RecordedEgress implements EgressAccess {
  final List<AgentName> served = new ArrayList<>();
  boolean fails;

  /** Where something is to be said over the socket. */
  @Nullable EgressAccess real;

  @Override
  public Path serve(AgentName agent) throws SupervisorException {
    if (fails) {
      throw new SupervisorException(Reason.FAILED, "no supervisor");
    }
    served.add(agent);
    if (real != null) {
      return real.serve(agent);
    }
    return Path.of("/run/egress-" + agent + ".sock");
  }

  @Override
  public void refresh(AgentName agent) {
    served.add(agent);
  }
}
