package dev.claw.supervisor;

import dev.claw.lock.LockVerdict;
import dev.claw.lock.PolicyLock;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Locks an agent again from its {@code template.yaml} where its lock does not hold ({@code
 * --force}). What would change is shown before anything does; files that were edited by hand are
 * kept aside.
 */
public final class Relock {
  private static final int LARGEST_TEMPLATE = 8 << 20;

  private final Host host;
  private final PolicySource source;
  private final Difference difference;

  /** Shows a person what will change. */
  @FunctionalInterface
  public interface Difference {
    /**
     * @param why what is wrong with the present lock
     * @param before the present lock, where its signature is good
     */
    void show(String why, Optional<PolicyLock> before, PolicyLock after);
  }

  public Relock(Host host, PolicySource source, Difference difference) {
    this.host = host;
    this.source = source;
    this.difference = difference;
  }

  /** The agent's lock, made anew where it did not hold. The caller has the agent's lease. */
  PolicyLock ensure(AgentRecord agent) throws SupervisorException, BackendException {
    LockCheck.Outcome outcome = new LockCheck(host).filesAndImage(agent, host.backend());
    if (outcome.verdict() instanceof LockVerdict.Verified(PolicyLock lock)) {
      return lock;
    }
    CompiledPolicy policy = compile(agent, host.home().agent(agent.name()));
    return new LockReplacement(host, difference)
        .replace("policy.relock", outcome.verdict().sentence(), agent, policy, outcome);
  }

  private CompiledPolicy compile(AgentRecord agent, AgentFolder folder)
      throws SupervisorException, BackendException {
    String template =
        new String(StateFiles.read(folder.template(), LARGEST_TEMPLATE), StandardCharsets.UTF_8);
    try {
      return source.recompile(agent, template);
    } catch (SupervisorException | BackendException e) {
      throw e;
    } catch (Exception e) {
      throw new SupervisorException(
          Reason.REFUSED, agent.name() + ": can't be locked again: " + e.getMessage(), e);
    }
  }
}
