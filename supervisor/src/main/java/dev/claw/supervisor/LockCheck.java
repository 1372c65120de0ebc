package dev.claw.supervisor;

import dev.claw.lock.Drift;
import dev.claw.lock.FileDrift;
import dev.claw.lock.KeyException;
import dev.claw.lock.LockEnvelope;
import dev.claw.lock.LockVerdict;
import dev.claw.lock.LockVerifier;
import dev.claw.lock.PolicyLock;
import dev.claw.lock.PublicKeys;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.Digest;
import dev.claw.model.ImageInfo;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Verifies an agent's lock and compares what it names with what is there. */
final class LockCheck {
  private final Host host;

  LockCheck(Host host) {
    this.host = host;
  }

  /**
   * What came of it.
   *
   * @param lock the lock, where its signature is good
   */
  record Outcome(LockVerdict verdict, Optional<PolicyLock> lock) {}

  /** Signature, serial and files; asks the backend nothing. */
  Outcome files(AgentRecord agent) throws SupervisorException {
    return files(agent, publicKeys());
  }

  /** The same with keys that the caller has at hand. */
  Outcome files(AgentRecord agent, PublicKeys keys) throws SupervisorException {
    return files(agent, host.home().agent(agent.name()), keys);
  }

  /** The same for an agent whose folder stands elsewhere. */
  Outcome files(AgentRecord agent, AgentFolder folder) throws SupervisorException {
    return files(agent, folder, publicKeys());
  }

  /** The same with keys that the caller has at hand. */
  Outcome files(AgentRecord agent, AgentFolder folder, PublicKeys keys) throws SupervisorException {
    return check(agent, folder, keys, List.of());
  }

  /**
   * Signature, serial, files, and whether the image that the lock names is what its reference
   * stands for.
   */
  Outcome filesAndImage(AgentRecord agent, Backend backend)
      throws SupervisorException, BackendException {
    PublicKeys keys = publicKeys();
    Outcome outcome = files(agent, keys);
    if (outcome.lock().isEmpty()) {
      return outcome;
    }
    return check(
        agent, host.home().agent(agent.name()), keys, image(outcome.lock().get(), backend));
  }

  private Outcome check(AgentRecord agent, AgentFolder folder, PublicKeys keys, List<Drift> more)
      throws SupervisorException {
    if (!Files.exists(folder.lock(), LinkOption.NOFOLLOW_LINKS)) {
      return new Outcome(new LockVerdict.Unsigned(false), Optional.empty());
    }
    byte[] bytes;
    try {
      bytes = StateFiles.read(folder.lock(), LockEnvelope.LARGEST_FILE);
    } catch (SupervisorException e) {
      // A link or a folder in its place is no lock, and locking again mends it like any other.
      return new Outcome(
          new LockVerdict.Malformed("", StateFiles.withoutSubject(folder.lock(), e)),
          Optional.empty());
    }
    LockVerdict verdict;
    try (StateDatabase database = StateDatabase.open(host.home().database())) {
      // The record says so too, in case that the database was lost and began anew.
      long highest = Math.max(database.highestSerial(agent.id()), agent.serial());
      verdict = new LockVerifier(keys).verify(bytes, agent.id(), agent.name(), highest);
      if (verdict instanceof LockVerdict.Verified(PolicyLock seen) && seen.serial() > highest) {
        // The lock was written and a crash came before this was.
        database.sawSerial(agent.id(), seen.serial());
      }
    }
    if (!(verdict instanceof LockVerdict.Verified(PolicyLock lock))) {
      return new Outcome(verdict, Optional.empty());
    }
    PolicyFiles.Found found = PolicyFiles.read(folder);
    List<Drift> drifts = new ArrayList<>(template(lock, found.bytes()));
    drifts.addAll(FileDrift.find(lock, found.bytes()));
    drifts.replaceAll(drift -> explained(drift, found.unreadable()));
    drifts.addAll(more);
    return new Outcome(
        drifts.isEmpty() ? verdict : new LockVerdict.Drifted(lock, drifts), Optional.of(lock));
  }

  /** A file that is there and can't be read is not missing. */
  private static Drift explained(Drift drift, Map<String, String> unreadable) {
    if (drift instanceof Drift.MissingFile(String name)) {
      String why = unreadable.get(name);
      return why == null ? drift : new Drift.UnreadableFile(name, why);
    }
    return drift;
  }

  private static List<Drift> template(PolicyLock lock, Map<String, byte[]> files) {
    byte[] bytes = files.get(PolicyFiles.TEMPLATE);
    if (bytes == null) {
      return List.of(new Drift.MissingFile(PolicyFiles.TEMPLATE));
    }
    Digest expected = lock.template().digest();
    Digest found = Digest.of(bytes);
    return found.equals(expected)
        ? List.of()
        : List.of(new Drift.ChangedFile(PolicyFiles.TEMPLATE, expected, found));
  }

  private PublicKeys publicKeys() throws SupervisorException {
    try {
      return host.keys().load().known();
    } catch (KeyException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }

  private static List<Drift> image(PolicyLock lock, Backend backend) throws BackendException {
    Optional<Digest> locked = lock.image().findDigest();
    Optional<Digest> present = backend.findImage(lock.image().reference()).map(ImageInfo::digest);
    if (locked.isEmpty() || present.isEmpty()) {
      return List.of(new Drift.MissingImage(lock.image().reference()));
    }
    return locked.equals(present)
        ? List.of()
        : List.of(new Drift.ChangedImage(lock.image().reference(), locked.get(), present.get()));
  }
}
