package dev.claw.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.Dsse;
import dev.claw.lock.HostKey;
import dev.claw.lock.JsonException;
import dev.claw.lock.PublicKey;
import dev.claw.model.Digest;
import java.util.Base64;

/**
 * A signature over a place in a chain. Base64 is compared as text when it is read, so that one
 * signature has one form.
 */
record Seal(Digest keyId, String sig) {
  static final String HEAD = "application/vnd.claw.audit-head.v1+json";
  static final String CHECKPOINT = "application/vnd.claw.audit-checkpoint.v1+json";

  static Seal sign(String type, ObjectNode place, HostKey key) {
    return new Seal(key.keyId(), Base64.getEncoder().encodeToString(key.sign(pae(type, place))));
  }

  boolean verifies(String type, ObjectNode place, PublicKey key) {
    try {
      byte[] signature = Base64.getDecoder().decode(sig);
      return Base64.getEncoder().encodeToString(signature).equals(sig)
          && key.keyId().equals(keyId)
          && key.verifies(pae(type, place), signature);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The place that a checkpoint signs. */
  static ObjectNode place(long sequence, Digest hash) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("sequence", sequence)
        .put("hash", hash.value());
  }

  private static byte[] pae(String type, ObjectNode place) {
    try {
      return Dsse.pae(type, CanonicalJson.bytes(place));
    } catch (JsonException e) {
      throw new AssertionError("numbers and a digest", e);
    }
  }
}
