package dev.claw.supervisor;

import dev.claw.egress.Decision;
import dev.claw.egress.Grant;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.Approval.Egress;
import dev.claw.supervisor.ApprovalStore.Ask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Decides which denials are worth a question: those that a grant would lift, and each once. */
final class EgressAsks {
  /** Most questions of one agent within ten minutes; denials beyond are on record like all. */
  static final int MOST = 20;

  private static final Duration COUNTED = Duration.ofMinutes(10);

  private final Host host;
  private final ApprovalStore store;

  EgressAsks(Host host, ApprovalStore store) {
    this.host = host;
    this.store = store;
  }

  /**
   * @param port zero where only the name was asked for, behind which most want HTTPS
   */
  Optional<Ask> find(
      AgentName name, Decision.Reason reason, String written, int port, Duration time)
      throws SupervisorException {
    Optional<AgentRecord> agent = host.agents().find(name);
    if (agent.isEmpty()) {
      return Optional.empty();
    }
    String id = agent.get().id().value();
    Instant now = store.now();
    long since = now.minus(COUNTED).toEpochMilli();
    if (store.count("agent_id = ? AND kind = 'egress' AND asked > ?", id, since) >= MOST) {
      return Optional.empty();
    }
    PolicyLock lock = new Policies(host).locked(name).lock();
    int wanted = port == 0 ? Grants.HTTPS : port;
    if (AllowCommand.find(name, lock.reach(), reason, written, wanted).isEmpty()) {
      return Optional.empty();
    }
    String to = canonical(written, wanted);
    Egress subject = new Egress(to, wanted);
    if (isGranted(agent.get(), to, wanted)
        || store
            .find(
                "agent_id = ? AND kind = 'egress' AND same = ?"
                    + " AND (state = 'waiting' OR (state = 'denied' AND decided > ?)) LIMIT 1",
                id,
                subject.text(),
                now.minus(Approvals.HALF_HOUR).toEpochMilli())
            .first()
            .isPresent()) {
      return Optional.empty();
    }
    return Optional.of(new Ask(agent.get().id(), name, subject, subject.text(), "", time));
  }

  /** It may have been granted since the denial. */
  private boolean isGranted(AgentRecord agent, String to, int port) throws SupervisorException {
    return new GrantStore(host)
        .read(agent.id()).live().stream()
            .map(GivenGrant::grant)
            .anyMatch(grant -> grant.host().equals(to) && grant.ports().contains(port));
  }

  private static String canonical(String written, int port) {
    try {
      return Grant.parse("g", written, List.of(port), Instant.EPOCH).host();
    } catch (InvalidValueException e) {
      throw new AssertionError("there is a command for it", e);
    }
  }
}
