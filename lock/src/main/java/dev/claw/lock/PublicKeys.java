package dev.claw.lock;

import dev.claw.model.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The public keys that claw knows: the current one and those before it.
 *
 * @param current the only one whose signature makes a lock valid
 * @param retired good only for what was signed before their retirement
 */
public record PublicKeys(PublicKey current, List<Retired> retired) {
  /**
   * A key that signs no longer.
   *
   * @param since the instant from which it does not
   */
  public record Retired(PublicKey key, Instant since) {}

  /** Copies the list. */
  public PublicKeys {
    retired = List.copyOf(retired);
  }

  /** The current or a retired key with this id. */
  public Optional<PublicKey> find(Digest keyId) {
    return current.keyId().equals(keyId)
        ? Optional.of(current)
        : findRetired(keyId).map(Retired::key);
  }

  /** The retired key with this id. */
  public Optional<Retired> findRetired(Digest keyId) {
    return retired.stream().filter(key -> key.key().keyId().equals(keyId)).findFirst();
  }

  /** The key with this id, if it signed at this instant: the current, or one not yet retired. */
  public Optional<PublicKey> findAt(Digest keyId, Instant time) {
    if (current.keyId().equals(keyId)) {
      return Optional.of(current);
    }
    return findRetired(keyId).filter(key -> !time.isAfter(key.since())).map(Retired::key);
  }
}
