package dev.claw.supervisor;

import dev.claw.lock.ContainerSpecJson;
import dev.claw.lock.JsonException;
import dev.claw.model.AgentContainer;
import dev.claw.model.AgentName;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Stops an agent. It takes no lease: stopping twice at once does no harm, and {@code --now} must
 * get through while another claw waits for a turn to end.
 */
public final class AgentStop {
  /** Where the spec can't be read, the default of templates. */
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(60);

  private final Host host;

  public AgentStop(Host host) {
    this.host = host;
  }

  /** How long the agent may take to end its turn; zero where it is not to be waited for. */
  public Duration gracePeriod(AgentName name, boolean now) throws SupervisorException {
    host.home().verify();
    host.agents().get(name);
    if (now) {
      return Duration.ZERO;
    }
    try {
      byte[] spec =
          StateFiles.read(host.home().agent(name).containerSpec(), ContainerSpecJson.LARGEST_FILE);
      return ContainerSpecJson.read(spec).stopGracePeriod();
    } catch (SupervisorException | JsonException e) {
      return DEFAULT_GRACE; // a broken spec must not keep an agent running
    }
  }

  /** Stops the agent's container and pod; done also where it does not run. */
  public void stop(AgentName name, Duration grace) throws SupervisorException, BackendException {
    stop(name, grace, false);
  }

  /**
   * Stops the agent's container and leaves the pod with its namespaces up, for a start right after.
   */
  public void stopKeepingPod(AgentName name, Duration grace)
      throws SupervisorException, BackendException {
    stop(name, grace, true);
  }

  private void stop(AgentName name, Duration grace, boolean keepPod)
      throws SupervisorException, BackendException {
    AgentRecord agent = host.agents().get(name);
    Backend backend = host.backend();
    Optional<AgentContainer> container = backend.find(agent.id());
    if (container.isEmpty()) {
      return;
    }
    host.journal()
        .onAgent(
            "agent.stop",
            name,
            Map.of("graceSeconds", grace.toSeconds(), "state", container.get().state().word()),
            () -> {
              backend.stopContainer(agent.id(), grace);
              if (!keepPod) {
                backend.stopPod(agent.id());
              }
              return backend.find(agent.id()).map(AgentContainer::exitCode).orElse(0);
            },
            exitCode -> Map.of("exitCode", exitCode));
  }
}
