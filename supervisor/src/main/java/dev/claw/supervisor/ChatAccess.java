package dev.claw.supervisor;

import dev.claw.access.AccessAgents;
import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import dev.claw.access.AccessRecord;
import dev.claw.access.AgentRef;
import dev.claw.access.Invitations;
import dev.claw.access.PairingListener;
import dev.claw.access.Pairings;
import dev.claw.access.StoredGate;
import dev.claw.audit.AuditLog;
import dev.claw.model.AgentName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Access from chats, over this host's state folder, agents and audit chains. */
public final class ChatAccess {
  private final Host host;
  private final AccessDatabase database;

  public ChatAccess(Host host) {
    this(host, new LatestInstant(host.clock(), Uptime::ofKernel));
  }

  ChatAccess(Host host, LatestInstant latest) {
    this.host = host;
    this.database = new AccessStore(host.home().database(), latest);
  }

  /** Where the bot keeps what it has to remember. */
  public AccessDatabase database() {
    return database;
  }

  /** What is asked for each command of a chat. To be closed. */
  public StoredGate gate(PairingListener listener) {
    return new StoredGate(database, new Agents(), new Chains(), listener);
  }

  /** The operator's side of the handshake. */
  public Invitations invitations(PairingListener listener) {
    return new Invitations(database, new Agents(), new Chains(), listener);
  }

  /** Who is paired. */
  public Pairings pairings() {
    return new Pairings(database, new Chains());
  }

  /**
   * The agent of this name.
   *
   * @throws SupervisorException NOT_FOUND where there is none
   */
  public AgentRef agent(AgentName name) throws SupervisorException {
    host.home().verify();
    return ref(host.agents().get(name));
  }

  /** One agent, or all that can be read. */
  public List<AgentRef> agents(Optional<AgentName> only) throws SupervisorException {
    if (only.isPresent()) {
      return List.of(agent(only.get()));
    }
    host.home().verify();
    List<AgentRef> all = new ArrayList<>();
    for (AgentStore.Entry entry : host.agents().list()) {
      entry.agent().ifPresent(agent -> all.add(ref(agent)));
    }
    return all;
  }

  private static AgentRef ref(AgentRecord agent) {
    return new AgentRef(agent.id(), agent.name());
  }

  private final class Agents implements AccessAgents {
    @Override
    public Optional<AgentRef> find(AgentName name) throws AccessException {
      try {
        return host.agents().find(name).map(ChatAccess::ref);
      } catch (SupervisorException e) {
        throw new AccessException(String.valueOf(e.getMessage()), e);
      }
    }

    @Override
    public List<AgentRef> all() throws AccessException {
      try {
        return agents(Optional.empty());
      } catch (SupervisorException e) {
        throw new AccessException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private final class Chains implements AccessRecord {
    @Override
    public AuditLog chain(Optional<AgentRef> agent) {
      return agent.isPresent()
          ? host.journal().chain(agent.get().name(), agent.get().id())
          : host.journal().open(host.home().audit());
    }
  }
}
