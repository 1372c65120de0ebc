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
import java.util.Set;

/** Looks at one agent from every side. */
public final class Inspector {
  /** Limits that hang on a cgroup controller, which a host may not delegate. */
  private static final Set<String> CONTROLLED = Set.of("memory", "swap", "cpus", "pids");

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
    List<Drift> differences =
        spec.isPresent() && effective.isPresent()
            ? new EffectiveStateComparison(InsideImage.VARIABLES)
                .compare(spec.get(), lock.get().containerDigest(), effective.get())
            : List.of();
    return new AgentInspection(
        status,
        host.home().agent(name).path().toString(),
        lock.map(found -> found.digest().value()),
        spec,
        effective,
        differences.stream().map(Drift::sentence).toList(),
        status.holds() && differences.stream().allMatch(Inspector::mayBeAllowed));
  }

  private static boolean mayBeAllowed(Drift drift) {
    return drift instanceof Drift.UnenforcedLimit limit && CONTROLLED.contains(limit.limit());
  }
}
