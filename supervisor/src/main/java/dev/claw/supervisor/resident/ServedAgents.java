package dev.claw.supervisor.resident;

import dev.claw.egress.AgentEgress;
import dev.claw.egress.AgentRules;
import dev.claw.egress.EgressException;
import dev.claw.egress.EgressProxy;
import dev.claw.egress.EgressUsage;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.Policies;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The agents whose egress is decided now. Every change reads lock and grants from disk anew; what
 * does not hold there has no egress.
 */
final class ServedAgents implements AutoCloseable {
  private final Policies policies;
  private final EgressProxy proxy;
  private final ResidentFolder folder;
  private final Consumer<Boolean> needed;
  private final Map<AgentId, Served> served = new HashMap<>();

  private record Served(AgentName name, AgentEgress egress, boolean ran) {}

  /**
   * @param needed told after each change whether any agent is served
   */
  ServedAgents(
      Policies policies, EgressProxy proxy, ResidentFolder folder, Consumer<Boolean> needed) {
    this.policies = policies;
    this.proxy = proxy;
    this.folder = folder;
    this.needed = needed;
  }

  /** Opens the agent's egress, or has its present lock and grants decide from now on. */
  synchronized Path serve(AgentName name) throws SupervisorException {
    PolicyLock lock = lock(name);
    if (lock.reach().profile() != NetworkProfile.ALLOWLIST) {
      throw new SupervisorException(
          Reason.REFUSED,
          name + ": its network is '" + lock.reach().profile().word() + "', which has no door");
    }
    AgentId id = lock.agentId();
    AgentRules rules = new AgentRules(lock.reach(), lock.models(), List.of());
    Path socket = folder.egress(id);
    Served before = served.get(id);
    if (before != null && before.name().equals(name) && Files.exists(socket)) {
      before.egress().update(rules);
      return socket;
    }
    release(id);
    try {
      served.put(
          id, new Served(name, proxy.open(name, socket, rules, EgressUsage.NONE, null), false));
      mark();
    } catch (EgressException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
    return socket;
  }

  /** An agent whose lock does not hold any more loses its egress, and the caller hears of it. */
  private PolicyLock lock(AgentName name) throws SupervisorException {
    try {
      return policies.locked(name).lock();
    } catch (SupervisorException e) {
      find(name).ifPresent(this::release);
      throw e;
    }
  }

  synchronized Optional<AgentId> find(AgentName name) {
    return served.entrySet().stream()
        .filter(entry -> entry.getValue().name().equals(name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Ends the agent's egress; nothing where it has none. */
  synchronized void release(AgentId id) {
    Served gone = served.remove(id);
    if (gone != null) {
      gone.egress().close();
      mark();
    }
  }

  /** The agent was seen running, so when it no longer does it has ended. */
  synchronized void ran(AgentId id) {
    served.computeIfPresent(id, (_, agent) -> new Served(agent.name(), agent.egress(), true));
  }

  synchronized boolean has(AgentId id) {
    return served.containsKey(id);
  }

  /** Whether it was seen running since it is served. */
  synchronized boolean hasRun(AgentId id) {
    Served agent = served.get(id);
    return agent != null && agent.ran();
  }

  synchronized boolean isEmpty() {
    return served.isEmpty();
  }

  synchronized List<AgentId> ids() {
    return List.copyOf(served.keySet());
  }

  synchronized List<SupervisorStatus.Served> status() {
    return served.values().stream()
        .sorted(Comparator.comparing(Served::name))
        .map(
            agent -> {
              EgressUsage usage = agent.egress().usage();
              return new SupervisorStatus.Served(
                  agent.name(), agent.egress().connections(), usage.bytes(), usage.modelTokens());
            })
        .toList();
  }

  /** What a process leaves behind that is killed says that it is missed. */
  private void mark() {
    needed.accept(!served.isEmpty());
    try {
      if (served.isEmpty()) {
        Files.deleteIfExists(folder.serving());
      } else if (!Files.exists(folder.serving())) {
        Files.createFile(folder.serving());
      }
    } catch (IOException e) {
      // Without the mark the next start of an agent brings the process back, not the next command.
    }
  }

  @Override
  public synchronized void close() {
    ids().forEach(this::release);
  }
}
