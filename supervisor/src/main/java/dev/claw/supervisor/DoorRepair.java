package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import java.nio.file.Path;
import java.util.Map;

/** Builds an agent's door again, on record, after its relay has ended. */
public final class DoorRepair {
  private final Host host;

  public DoorRepair(Host host) {
    this.host = host;
  }

  /**
   * @param socket where the agent's egress is served
   */
  public void open(AgentName name, AgentId id, Path socket)
      throws SupervisorException, BackendException {
    host.journal()
        .onAgent(
            "egress.door",
            name,
            Map.of("why", "its relay had ended"),
            () -> {
              host.backend().openDoor(id, socket);
              return id;
            },
            opened -> Map.of());
  }
}
