package dev.claw.supervisor;

import dev.claw.lock.ContainerSpecJson;
import dev.claw.lock.JsonException;
import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
    refuseMissing(name);
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
    refuseMissing(name);
    Backend backend = host.backend();
    Optional<AgentContainer> container = OwnContainer.find(host, name);
    if (container.isEmpty()) {
      return;
    }
    AgentId id = container.get().id();
    host.journal()
        .onAgent(
            "agent.stop",
            name,
            Map.of("graceSeconds", grace.toSeconds(), "state", container.get().state().word()),
            () -> {
              backend.stopContainer(id, grace);
              if (!keepPod) {
                backend.stopPod(id);
              }
              return backend.find(id).map(AgentContainer::exitCode).orElse(0);
            },
            exitCode -> Map.of("exitCode", exitCode));
  }

  /** A broken record must not keep an agent running any more than a broken spec. */
  private void refuseMissing(AgentName name) throws SupervisorException {
    if (!Files.exists(host.home().agent(name).path(), LinkOption.NOFOLLOW_LINKS)) {
      host.agents().get(name); // says that there is none
    }
  }
}
