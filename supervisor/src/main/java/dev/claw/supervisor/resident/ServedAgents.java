package dev.claw.supervisor.resident;

import dev.claw.egress.AgentAuthority;
import dev.claw.egress.AgentEgress;
import dev.claw.egress.EgressException;
import dev.claw.egress.EgressProxy;
import dev.claw.egress.EgressUsage;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
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
  private final EgressSources sources;
  private final EgressProxy proxy;
  private final AgentRecords records;
  private final ResidentFolder folder;
  private final Consumer<Boolean> needed;
  private final Consumer<String> log;
  private final Map<AgentId, Served> served = new HashMap<>();
  private boolean missed;

  /**
   * @param announced how often it was announced that it will run
   * @param ran whether it was seen running since it was announced last
   * @param kept what is on disk of what it used
   */
  private record Served(
      AgentName name,
      AgentEgress egress,
      Optional<String> authority,
      long announced,
      boolean ran,
      EgressUsage kept) {
    Served running() {
      return new Served(name, egress, authority, announced, true, kept);
    }

    Served again() {
      return new Served(name, egress, authority, announced + 1, false, kept);
    }

    Served keeping(EgressUsage used) {
      return new Served(name, egress, authority, announced, ran, used);
    }
  }

  /**
   * @param needed told after each change whether any agent is served
   */
  ServedAgents(
      EgressSources sources,
      EgressProxy proxy,
      AgentRecords records,
      ResidentFolder folder,
      Consumer<Boolean> needed,
      Consumer<String> log) {
    this.sources = sources;
    this.proxy = proxy;
    this.records = records;
    this.folder = folder;
    this.needed = needed;
    this.log = log;
  }

  /** Opens the egress of an agent that is about to run, or runs. */
  synchronized Path serve(AgentName name) throws SupervisorException {
    Path socket = open(name);
    find(name).ifPresent(id -> served.computeIfPresent(id, (_, agent) -> agent.again()));
    return socket;
  }

  /** Has the agent's present lock and grants decide from now on. */
  synchronized void refresh(AgentName name) throws SupervisorException {
    var _ = open(name);
  }

  private Path open(AgentName name) throws SupervisorException {
    EgressSources.Source source = source(name);
    AgentId id = source.id();
    Path socket = folder.egress(id);
    Optional<String> authority = source.authority().map(AgentAuthority::certificatePem);
    Served before = served.get(id);
    if (before != null
        && before.authority().equals(authority)
        && before.name().equals(name)
        && Files.exists(socket)) {
      before.egress().update(source.rules());
      return socket;
    }
    release(id);
    // An agent that was deleted and made again under the same name is another one.
    find(name).ifPresent(this::release);
    try {
      EgressUsage used = sources.usage(id);
      records.open(name, id);
      AgentEgress egress =
          proxy.open(name, socket, source.rules(), used, source.authority().orElse(null));
      served.put(id, new Served(name, egress, authority, 0, false, used));
      mark();
    } catch (EgressException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
    return socket;
  }

  /** An agent whose lock does not hold any more loses its egress, and the caller hears of it. */
  private EgressSources.Source source(AgentName name) throws SupervisorException {
    try {
      return sources.read(name);
    } catch (SupervisorException e) {
      find(name).ifPresent(this::release);
      throw e;
    }
  }

  /** Keeps what was used of budgets, and ends on record what grants are over. */
  synchronized void upkeep() {
    for (AgentId id : ids()) {
      Served agent = served.get(id);
      if (agent != null) {
        keepUsage(id, agent);
        try {
          if (sources.endGrants(agent.name(), id)) {
            refresh(agent.name());
          }
        } catch (SupervisorException | BackendException | RuntimeException e) {
          log.accept(agent.name() + ": " + e.getMessage());
        }
      }
    }
  }

  private void keepUsage(AgentId id, Served agent) {
    EgressUsage used = agent.egress().usage();
    if (used.equals(agent.kept())) {
      return;
    }
    try {
      sources.keep(id, used);
      served.computeIfPresent(id, (_, same) -> same.keeping(used));
    } catch (SupervisorException e) {
      log.accept(agent.name() + ": what it used is not kept: " + e.getMessage());
    }
  }

  synchronized Optional<AgentId> find(AgentName name) {
    return served.entrySet().stream()
        .filter(entry -> entry.getValue().name().equals(name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  synchronized Optional<AgentName> name(AgentId id) {
    return Optional.ofNullable(served.get(id)).map(Served::name);
  }

  /** Ends the agent's egress; nothing where it has none. */
  synchronized void release(AgentId id) {
    Served gone = served.remove(id);
    if (gone != null) {
      gone.egress().close();
      records.close(gone.name());
      keepUsage(id, gone);
      mark();
    }
  }

  /** The agent was seen running, so when it no longer does it has ended. */
  synchronized void ran(AgentId id) {
    served.computeIfPresent(id, (_, agent) -> agent.running());
  }

  synchronized boolean has(AgentId id) {
    return served.containsKey(id);
  }

  /** How often it was announced; 0 where it is not served. */
  synchronized long announced(AgentId id) {
    Served agent = served.get(id);
    return agent == null ? 0 : agent.announced();
  }

  /** Whether it was seen running since it is served. */
  synchronized boolean hasRun(AgentId id) {
    Served agent = served.get(id);
    return agent != null && agent.ran();
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
      if (served.isEmpty() && !missed) {
        Files.deleteIfExists(folder.serving());
      } else if (!Files.exists(folder.serving())) {
        Files.createFile(folder.serving());
      }
    } catch (IOException e) {
      // Without the mark the next start of an agent brings the process back, not the next command.
    }
  }

  /** However this ends, whoever comes next finds that agents need a process. */
  synchronized void willBeMissed() {
    missed = !served.isEmpty();
  }

  /** The socket of an agent that is served. */
  synchronized Optional<Path> socket(AgentId id) {
    return served.containsKey(id) ? Optional.of(folder.egress(id)) : Optional.empty();
  }

  @Override
  public synchronized void close() {
    ids().forEach(this::release);
  }
}
