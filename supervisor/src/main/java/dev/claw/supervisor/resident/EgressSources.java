package dev.claw.supervisor.resident;

import dev.claw.egress.AgentAuthority;
import dev.claw.egress.AgentRules;
import dev.claw.egress.EgressUsage;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.EgressFiles;
import dev.claw.supervisor.GivenGrant;
import dev.claw.supervisor.GrantStore;
import dev.claw.supervisor.Grants;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.Policies;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.UsageStore;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What decides an agent's egress, read from disk and verified at each call. */
final class EgressSources {
  private final Host host;
  private final Policies policies;
  private final GrantStore grants;
  private final UsageStore usage;
  private final EgressFiles files;
  private final Consumer<String> log;

  EgressSources(Host host, Consumer<String> log) {
    this.host = host;
    this.policies = new Policies(host);
    this.grants = new GrantStore(host);
    this.usage = new UsageStore(host.home().database());
    this.files = new EgressFiles(host.home(), host.clock(), new SecureRandom());
    this.log = log;
  }

  /**
   * What decides.
   *
   * @param authority in whose name TLS is looked into; empty where no rule wants that
   */
  record Source(AgentId id, AgentRules rules, Optional<AgentAuthority> authority) {}

  /**
   * @throws SupervisorException DRIFT where the lock does not hold, REFUSED where it gives no door
   */
  Source read(AgentName name) throws SupervisorException {
    PolicyLock lock = policies.locked(name).lock();
    if (!lock.hasDoor()) {
      throw new SupervisorException(
          Reason.REFUSED,
          name
              + ": its network is '"
              + lock.reach().profile().word()
              + "' and it has no model to call, so it has no door");
    }
    // Grants given before the network was opened add to no rule.
    boolean rules = lock.reach().profile() == NetworkProfile.ALLOWLIST;
    GrantStore.Held held = grants.read(lock.agentId());
    held.broken().forEach(broken -> log.accept(name + ": " + broken.sentence()));
    return new Source(
        lock.agentId(),
        new AgentRules(lock.reach(), lock.models(), rules ? held.grants() : List.of()),
        lock.reach().inspects()
            ? files.authority(host.home().agent(name), lock.agentId())
            : Optional.empty());
  }

  EgressUsage usage(AgentId id) throws SupervisorException {
    return usage.read(id, host.clock().instant());
  }

  void keep(AgentId id, EgressUsage used) throws SupervisorException {
    usage.write(id, used);
  }

  /** Puts on record which grants are over, and removes them; whether there were any. */
  boolean endGrants(AgentName name, AgentId id) throws SupervisorException, BackendException {
    List<GivenGrant> ended = grants.read(id).ended();
    for (GivenGrant over : ended) {
      new Grants(host, agent -> {}).end(name, over);
    }
    return !ended.isEmpty();
  }

  /** By which grants count time. */
  InstantSource clock() throws SupervisorException {
    return grants.clock();
  }
}
