package dev.claw.supervisor;

import dev.claw.lock.Drift;
import dev.claw.lock.EffectiveStateComparison;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.ContainerSpec;
import dev.claw.model.EffectiveState;
import java.util.List;
import java.util.Optional;

/** Looks at one agent from every side. */
public final class Inspector {
  private final Host host;
  private final Overview overview;

  public Inspector(Host host) {
    this.host = host;
    this.overview = new Overview(host);
  }

  /** Reads record, lock, spec and, while the agent runs, what really holds for it. */
  public AgentInspection inspect(AgentName name) throws SupervisorException, BackendException {
    AgentStatus status = overview.status(name);
    AgentRecord agent = host.agents().get(name);
    Optional<PolicyLock> lock = new LockCheck(host).files(agent).lock();
    Optional<ContainerSpec> spec =
        lock.isPresent() && status.drifts().isEmpty()
            ? Optional.of(Preflight.spec(host, lock.get()))
            : Optional.empty();
    Optional<EffectiveState> effective =
        status.state() == AgentStatus.State.RUNNING
            ? Optional.of(host.backend().effectiveState(agent.id()))
            : Optional.empty();
    List<String> differences =
        spec.isPresent() && effective.isPresent()
            ? new EffectiveStateComparison(InsideImage.VARIABLES)
                .compare(spec.get(), lock.get().digest(), effective.get()).stream()
                    .map(Drift::sentence)
                    .toList()
            : List.of();
    return new AgentInspection(
        status,
        host.home().agent(name).path().toString(),
        lock.map(found -> found.digest().value()),
        spec,
        effective,
        differences);
  }
}
