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
    return check(agent, keys, List.of());
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
    return check(agent, keys, image(outcome.lock().get(), backend));
  }

  private Outcome check(AgentRecord agent, PublicKeys keys, List<Drift> more)
      throws SupervisorException {
    AgentFolder folder = host.home().agent(agent.name());
    if (!Files.exists(folder.lock(), LinkOption.NOFOLLOW_LINKS)) {
      return new Outcome(new LockVerdict.Unsigned(), Optional.empty());
    }
    long highest;
    try (StateDatabase database = StateDatabase.open(host.home().database())) {
      highest = database.highestSerial(agent.id());
    }
    LockVerdict verdict =
        new LockVerifier(keys)
            .verify(
                StateFiles.read(folder.lock(), LockEnvelope.LARGEST_FILE),
                agent.id(),
                agent.name(),
                highest);
    if (!(verdict instanceof LockVerdict.Verified(PolicyLock lock))) {
      return new Outcome(verdict, Optional.empty());
    }
    Map<String, byte[]> files = PolicyFiles.read(folder);
    List<Drift> drifts = new ArrayList<>(template(lock, files));
    drifts.addAll(FileDrift.find(lock, files));
    drifts.addAll(more);
    return new Outcome(
        drifts.isEmpty() ? verdict : new LockVerdict.Drifted(lock, drifts), Optional.of(lock));
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
