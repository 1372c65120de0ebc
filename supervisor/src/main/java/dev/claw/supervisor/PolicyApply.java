package dev.claw.supervisor;

import dev.claw.lock.LockVerdict;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentContainer;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.supervisor.SupervisorException.Reason;
import java.util.Optional;

/**
 * Locks an agent to its template as it is now. What the proxy and the broker decide is in force at
 * once; what the container is made from needs a restart.
 */
public final class PolicyApply {
  private final Host host;
  private final LockReplacement replacement;

  /**
   * @param difference shown before anything is written
   */
  public PolicyApply(Host host, Relock.Difference difference) {
    this.host = host;
    this.replacement = new LockReplacement(host, difference);
  }

  /** What it came to. */
  public enum Effect {
    /** The lock says it already. */
    NOTHING,
    /** The agent does not run; its next start is under the new lock. */
    AT_NEXT_START,
    /** In force, for an agent that goes on running. */
    LIVE,
    /** The new egress rules are in force; the container is still the one of the lock before. */
    AFTER_RESTART
  }

  /**
   * What was done.
   *
   * @param serial of the lock in force
   */
  public record Report(AgentName agent, Effect effect, long serial) {}

  /**
   * Signs the policy as the agent's lock.
   *
   * @param policy compiled for this agent
   * @throws SupervisorException DRIFT where the present lock does not hold, since then nobody can
   *     say what would change
   */
  public Report apply(AgentName name, CompiledPolicy policy)
      throws SupervisorException, BackendException {
    host.home().verify();
    PolicyLock before;
    PolicyLock after;
    AgentRecord agent;
    try (AgentLease _ = AgentLease.take(host.home(), name)) {
      agent = host.agents().get(name);
      if (!agent.id().equals(policy.container().id())) {
        throw new SupervisorException(
            Reason.CONFLICT,
            name + ": it was replaced by another agent just now; look at it, then try again");
      }
      LockCheck.Outcome outcome = new LockCheck(host).files(agent);
      if (!(outcome.verdict() instanceof LockVerdict.Verified(PolicyLock lock))) {
        throw new SupervisorException(
            Reason.DRIFT,
            name
                + ": its lock does not hold: "
                + outcome.verdict().sentence()
                + "\n'claw start --force "
                + name
                + "' shows what would change and locks the agent again from its template.yaml");
      }
      before = lock;
      if (Signing.lock(policy, before.serial(), before.findPrevious()).equals(before)) {
        return new Report(name, Effect.NOTHING, before.serial());
      }
      after =
          replacement.replace("policy.apply", "the template has changed", agent, policy, outcome);
    }
    host.egress().refresh(name);
    Optional<AgentContainer> container = host.backend().find(agent.id());
    boolean running =
        container.isPresent() && container.get().state() == AgentContainer.State.RUNNING;
    Effect effect =
        !running
            ? Effect.AT_NEXT_START
            : container.get().lock().equals(after.containerDigest())
                ? Effect.LIVE
                : Effect.AFTER_RESTART;
    return new Report(name, effect, after.serial());
  }
}
