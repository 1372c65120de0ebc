package dev.claw.supervisor;

import dev.claw.lock.LockEnvelope;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.ContainerSpec;
import dev.claw.supervisor.AgentStatus.LockState;
import dev.claw.supervisor.SupervisorException.Reason;
import java.util.Optional;
import java.util.Set;

/** What agents' locks say. */
public final class Policies {
  private final Host host;
  private final LockCheck locks;

  public Policies(Host host) {
    this.host = host;
    this.locks = new LockCheck(host);
  }

  /** A lock whose signature is good, and the container that it names. */
  public record Locked(PolicyLock lock, ContainerSpec spec) {}

  /** What came of verifying a lock and all that it names. */
  public record Validation(AgentName agent, LockState state, String sentence) {}

  /** The bytes of {@code policy.lock.json}, whatever they are. */
  public byte[] lockBytes(AgentName name) throws SupervisorException {
    host.home().verify();
    host.agents().get(name);
    return StateFiles.read(host.home().agent(name).lock(), LockEnvelope.LARGEST_FILE);
  }

  /**
   * The lock in force.
   *
   * @throws SupervisorException DRIFT where it does not hold: what does not hold can't be explained
   */
  public Locked locked(AgentName name) throws SupervisorException {
    host.home().verify();
    LockCheck.Outcome outcome = locks.files(host.agents().get(name));
    Optional<PolicyLock> lock = outcome.lock();
    if (lock.isEmpty() || LockWords.state(outcome.verdict()) != LockState.VERIFIED) {
      throw new SupervisorException(
          Reason.DRIFT,
          name
              + ": its lock does not hold: "
              + outcome.verdict().sentence()
              + "\n'claw start --force "
              + name
              + "' shows what would change and locks the agent again from its template.yaml");
    }
    return new Locked(lock.get(), Preflight.spec(host, lock.get()));
  }

  /** Verifies signature, serial, files and image. */
  public Validation validate(AgentName name) throws SupervisorException, BackendException {
    host.home().verify();
    LockCheck.Outcome outcome = locks.filesAndImage(host.agents().get(name), host.backend());
    return new Validation(name, LockWords.state(outcome.verdict()), outcome.verdict().sentence());
  }

  /**
   * cgroup controllers that this host does not delegate; all of them where the backend can't be
   * asked.
   */
  public Set<String> missingControllers() {
    try {
      return Preflight.missingControllers(host.backend().info());
    } catch (BackendException e) {
      return Preflight.controllers();
    }
  }
}
