package dev.claw.lock;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The file {@code policy.lock.json}: the lock's body and the signatures over it. Read, it is no
 * more than a claim; {@link LockVerifier} decides.
 */
public final class LockEnvelope {
  /** Most bytes of the file. */
  public static final int LARGEST_FILE = 4 << 20;

  private static final int MOST_SIGNATURES = 8;

  private final ObjectNode body;
  private final List<Signature> signatures;

  /**
   * A signature over the body.
   *
   * @param sig Base64
   */
  record Signature(Digest keyId, String sig) {}

  private LockEnvelope(ObjectNode body, List<Signature> signatures) {
    this.body = body;
    this.signatures = List.copyOf(signatures);
  }

  /**
   * The bytes of the file for a lock, signed with each of the keys. While a key is being replaced
   * these are the old one and the new.
   */
  public static byte[] sign(PolicyLock lock, HostKey... keys) {
    byte[] signed = Dsse.pae(PolicyLock.PAYLOAD_TYPE, lock.canonicalBytes());
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.set("lock", lock.toJson());
    ArrayNode signatures = envelope.putArray("signatures");
    for (HostKey key : keys) {
      signatures
          .addObject()
          .put("keyid", key.keyId().value())
          .put("sig", Base64Text.encode(key.sign(signed)));
    }
    return IndentedJson.text(envelope).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads the file's bytes and interprets nothing of the body. */
  static LockEnvelope parse(byte[] bytes) throws JsonException {
    JsonFields fields =
        JsonFields.of(StrictJson.parse(bytes, LARGEST_FILE), "", "lock", "signatures");
    List<Signature> signatures = new ArrayList<>();
    if (fields.has("signatures")) {
      for (JsonFields entry : fields.objects("signatures", "keyid", "sig")) {
        signatures.add(new Signature(entry.digest("keyid"), entry.text("sig")));
      }
    }
    if (signatures.size() > MOST_SIGNATURES) {
      throw new JsonException(
          "signatures",
          "expected at most " + MOST_SIGNATURES + " signatures, found " + signatures.size());
    }
    return new LockEnvelope(fields.tree("lock"), signatures);
  }

  ObjectNode body() {
    return body;
  }

  List<Signature> signatures() {
    return signatures;
  }

  /** The bytes that were signed. */
  byte[] signedBytes() throws JsonException {
    return Dsse.pae(PolicyLock.PAYLOAD_TYPE, CanonicalJson.bytes(body));
  }
}
