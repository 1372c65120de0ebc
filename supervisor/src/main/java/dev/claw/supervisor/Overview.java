package dev.claw.supervisor;

import dev.claw.lock.LockVerdict;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.supervisor.AgentStatus.LockState;
import dev.claw.supervisor.AgentStatus.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How agents stand: what the disk says, joined with what the backend says of all of them in one
 * call.
 */
public final class Overview {
  private final Host host;
  private final LockCheck locks;

  public Overview(Host host) {
    this.host = host;
    this.locks = new LockCheck(host);
  }

  /** All agents by name; locks are not looked at. */
  public List<AgentStatus> list() throws SupervisorException {
    return list(false);
  }

  /** All agents by name, each with its lock verified. */
  public List<AgentStatus> verifiedList() throws SupervisorException {
    return list(true);
  }

  private List<AgentStatus> list(boolean verify) throws SupervisorException {
    host.home().verify();
    List<AgentStore.Entry> entries = host.agents().list();
    if (entries.isEmpty()) {
      return List.of();
    }
    Containers containers = containers();
    List<AgentStatus> all = new ArrayList<>();
    for (AgentStore.Entry entry : entries) {
      all.add(
          entry.agent().isPresent()
              ? status(entry.agent().get(), containers, verify)
              : broken(entry));
    }
    return all;
  }

  /** One agent with its lock verified. */
  public AgentStatus status(AgentName name) throws SupervisorException {
    host.home().verify();
    return status(host.agents().get(name), containers(), true);
  }

  private record Containers(Map<AgentId, AgentContainer> byId, Optional<String> problem) {}

  private Containers containers() {
    try {
      Map<AgentId, AgentContainer> byId = new HashMap<>();
      host.backend().list().forEach(container -> byId.put(container.id(), container));
      return new Containers(byId, Optional.empty());
    } catch (BackendException e) {
      return new Containers(Map.of(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private AgentStatus status(AgentRecord agent, Containers containers, boolean verify)
      throws SupervisorException {
    Optional<AgentContainer> container = Optional.ofNullable(containers.byId().get(agent.id()));
    Optional<PolicyLock> lock = Optional.empty();
    LockState lockState = LockState.NOT_LOOKED_AT;
    List<String> drifts = new ArrayList<>();
    if (verify) {
      LockCheck.Outcome outcome = locks.files(agent);
      lock = outcome.lock();
      lockState = LockWords.state(outcome.verdict());
      if (outcome.verdict() instanceof LockVerdict.Drifted drifted) {
        drifted.drifts().forEach(drift -> drifts.add(drift.sentence()));
      } else if (!(outcome.verdict() instanceof LockVerdict.Verified)) {
        drifts.add(outcome.verdict().sentence());
      }
      if (container.isPresent()
          && container.get().state() == AgentContainer.State.RUNNING
          && lock.isPresent()
          && !container.get().lock().equals(lock.get().containerDigest())) {
        lockState = LockState.DRIFTED;
        drifts.add(
            "it runs under an earlier lock; 'claw restart "
                + agent.name()
                + "' puts the present one in force");
      }
    }
    State state =
        containers.problem().isPresent()
            ? State.UNKNOWN
            : container.map(State::of).orElse(State.STOPPED);
    boolean running = state == State.RUNNING;
    return new AgentStatus(
        agent.name(),
        Optional.of(agent.id()),
        agent.template(),
        Optional.of(agent.created()),
        agent.serial(),
        state,
        running ? container.flatMap(AgentContainer::findStartedAt) : Optional.empty(),
        state == State.FAILED ? container.map(AgentContainer::exitCode) : Optional.empty(),
        container.map(AgentContainer::containerId),
        lockState,
        lock.map(Overview::image),
        lock.map(found -> found.reach().profile().word()),
        drifts,
        containers.problem().stream().toList());
  }

  private static String image(PolicyLock lock) {
    return lock.image().reference()
        + lock.image()
            .findDigest()
            .map(digest -> " (" + digest.abbreviated() + ")")
            .orElse(" (not locked yet)");
  }

  private static AgentStatus broken(AgentStore.Entry entry) {
    return new AgentStatus(
        entry.name(),
        Optional.empty(),
        "-",
        Optional.empty(),
        0,
        State.BROKEN,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        LockState.NOT_LOOKED_AT,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(entry.problem()));
  }
}
