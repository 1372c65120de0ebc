package dev.claw.supervisor;

import dev.claw.lock.LockEnvelope;
import dev.claw.lock.LockVerdict;
import dev.claw.lock.PolicyLock;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.Digest;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    AgentFolder folder = host.home().agent(agent.name());
    CompiledPolicy policy = compile(agent, folder);
    long serial;
    try (StateDatabase database = StateDatabase.open(host.home().database())) {
      serial = Math.max(agent.serial(), database.highestSerial(agent.id())) + 1;
    }
    PolicyLock next = Signing.lock(policy, serial, Optional.of(previous(folder, outcome)));
    String why = outcome.verdict().sentence();
    difference.show(why, outcome.lock(), next);
    return host.journal()
        .onAgent(
            "policy.relock",
            agent.name(),
            Map.of("why", why, "serial", serial, "lock", next.digest().value()),
            () -> {
              validate(folder, policy);
              List<String> kept = PolicyFiles.keepEdited(folder, policy);
              PolicyFiles.write(folder, policy, Signing.sign(host, next));
              try (StateDatabase database = StateDatabase.open(host.home().database())) {
                database.sawSerial(agent.id(), serial);
              }
              host.agents().write(agent.withSerial(serial));
              return new Relocked(next, kept);
            },
            relocked -> Map.of("kept", relocked.kept()))
        .lock();
  }

  private record Relocked(PolicyLock lock, List<String> kept) {}

  /**
   * A lock that can't be trusted has no canonical form; its file, or that there is none, goes into
   * the chain as it is.
   */
  private static Digest previous(AgentFolder folder, LockCheck.Outcome outcome)
      throws SupervisorException {
    if (outcome.lock().isPresent()) {
      return outcome.lock().get().digest();
    }
    return Files.isRegularFile(folder.lock(), LinkOption.NOFOLLOW_LINKS)
        ? Digest.of(StateFiles.read(folder.lock(), LockEnvelope.LARGEST_FILE))
        : Digest.of("");
  }

  /**
   * OpenClaw is asked before the file in force is replaced, so what it is asked about stands
   * beside.
   */
  private void validate(AgentFolder folder, CompiledPolicy policy)
      throws SupervisorException, BackendException {
    Path beside = folder.path().resolve(".openclaw.json.next");
    try {
      StateFiles.replace(beside, policy.openclawJson());
      ConfigValidation.check(host.backend(), policy, beside);
    } finally {
      StateFiles.delete(beside);
    }
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
