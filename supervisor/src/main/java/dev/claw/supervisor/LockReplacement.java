package dev.claw.supervisor;

import dev.claw.lock.LockEnvelope;
import dev.claw.lock.LockVerdict;
import dev.claw.lock.PolicyLock;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.Digest;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts a policy in the place of the one that an agent is locked to, signed and on record. */
final class LockReplacement {
  private final Host host;
  private final Relock.Difference difference;

  /**
   * @param difference shown before anything is written
   */
  LockReplacement(Host host, Relock.Difference difference) {
    this.host = host;
    this.difference = difference;
  }

  /**
   * Writes the policy's files and its lock. The caller has the agent's lease.
   *
   * @param type of the event
   * @param why the agent is locked again
   * @param outcome of checking the present lock
   */
  PolicyLock replace(
      String type, String why, AgentRecord agent, CompiledPolicy policy, LockCheck.Outcome outcome)
      throws SupervisorException, BackendException {
    AgentFolder folder = host.home().agent(agent.name());
    long serial;
    try (StateDatabase database = StateDatabase.open(host.home().database())) {
      serial = Math.max(agent.serial(), database.highestSerial(agent.id())) + 1;
    }
    PolicyLock next = Signing.lock(policy, serial, Optional.of(previous(folder, outcome)));
    difference.show(why, outcome.lock(), next);
    return host.journal()
        .onAgent(
            type,
            agent.name(),
            Map.of("why", why, "serial", serial, "lock", next.digest().value()),
            () -> {
              if (!isValidated(outcome, next)) {
                validate(folder, policy);
              }
              List<String> kept = PolicyFiles.keepEdited(folder, policy);
              PolicyFiles.write(folder, policy, Signing.sign(host, next));
              try (StateDatabase database = StateDatabase.open(host.home().database())) {
                database.sawSerial(agent.id(), serial);
              }
              host.agents().write(agent.withLock(policy.template().name(), serial));
              return new Replaced(next, kept);
            },
            replaced -> Map.of("kept", replaced.kept()))
        .lock();
  }

  private record Replaced(PolicyLock lock, List<String> kept) {}

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

  /** The same OpenClaw has seen the same configuration. */
  private static boolean isValidated(LockCheck.Outcome outcome, PolicyLock next) {
    return outcome.verdict() instanceof LockVerdict.Verified(PolicyLock before)
        && before.containerDigest().equals(next.containerDigest())
        && before.versions().equals(next.versions());
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
}
