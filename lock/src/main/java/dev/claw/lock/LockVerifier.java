package dev.claw.lock;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether a lock may be believed. The signature comes first: no part of the body means
 * anything before it is known to be by the host's current key.
 */
public final class LockVerifier {
  private final PublicKeys keys;

  /**
   * @param keys of which the current one counts; retired ones only explain a refusal
   */
  public LockVerifier(PublicKeys keys) {
    this.keys = keys;
  }

  /**
   * Verifies the bytes of a {@code policy.lock.json}.
   *
   * @param highestSerial the highest serial seen of this agent; 0 where none was
   */
  public LockVerdict verify(byte[] file, AgentId id, AgentName name, long highestSerial) {
    try {
      LockEnvelope envelope = LockEnvelope.parse(file);
      Optional<LockVerdict> refusal = checkSignatures(envelope);
      if (refusal.isPresent()) {
        return refusal.get();
      }
      PolicyLock lock = PolicyLock.read(envelope.body());
      if (!lock.agentId().equals(id) || !lock.agentName().equals(name)) {
        return new LockVerdict.OtherAgent(lock.agentId(), lock.agentName());
      }
      return lock.serial() < highestSerial
          ? new LockVerdict.Replayed(lock.serial(), highestSerial)
          : new LockVerdict.Verified(lock);
    } catch (JsonException e) {
      return new LockVerdict.Malformed(e.where(), e.why());
    }
  }

  /**
   * Verifies the lock and then the files beside it.
   *
   * @param artefacts bytes by file name, of the files that exist; see {@link FileDrift}
   */
  public LockVerdict verify(
      byte[] file, AgentId id, AgentName name, long highestSerial, Map<String, byte[]> artefacts) {
    LockVerdict verdict = verify(file, id, name, highestSerial);
    if (verdict instanceof LockVerdict.Verified(PolicyLock lock)) {
      List<Drift> drifts = FileDrift.find(lock, artefacts);
      return drifts.isEmpty() ? verdict : new LockVerdict.Drifted(lock, drifts);
    }
    return verdict;
  }

  private Optional<LockVerdict> checkSignatures(LockEnvelope envelope) throws JsonException {
    List<LockEnvelope.Signature> signatures = envelope.signatures();
    if (signatures.isEmpty()) {
      return Optional.of(new LockVerdict.Unsigned(true));
    }
    PublicKey current = keys.current();
    byte[] signed = envelope.signedBytes();
    boolean found = false;
    for (LockEnvelope.Signature signature : signatures) {
      if (signature.keyId().equals(current.keyId())) {
        found = true;
        if (current.verifies(signed, signature.sig()).orElse(false)) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(found ? new LockVerdict.BadSignature(current.keyId()) : unknown(signatures));
  }

  // A key that was ours says more than one that never was.
  private LockVerdict unknown(List<LockEnvelope.Signature> signatures) {
    for (LockEnvelope.Signature signature : signatures) {
      Optional<PublicKeys.Retired> retired = keys.findRetired(signature.keyId());
      if (retired.isPresent()) {
        return new LockVerdict.UnknownKey(signature.keyId(), retired.get().since());
      }
    }
    Digest first = signatures.getFirst().keyId();
    return new LockVerdict.UnknownKey(first, null);
  }
}
