package dev.claw.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.HostKey;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.PublicKey;
import dev.claw.lock.StrictJson;
import dev.claw.model.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The signed head: how far the chain reached when it was last appended to, so that a cut tail
 * shows.
 *
 * @param sequence of the last record; 0 before the first
 * @param hash of the last record
 * @param length of the log's file in bytes with that record
 */
record Head(long sequence, Digest hash, long length, Seal seal) {
  static final int LARGEST_FILE = 4096;

  static Head sign(long sequence, Digest hash, long length, HostKey key) {
    return new Head(
        sequence, hash, length, Seal.sign(Seal.HEAD, place(sequence, hash, length), key));
  }

  static Head read(byte[] file) throws JsonException {
    JsonFields fields =
        JsonFields.of(
            StrictJson.parse(file, LARGEST_FILE), "", "sequence", "hash", "length", "keyid", "sig");
    Head head =
        new Head(
            fields.integer("sequence", 0, CanonicalJson.LARGEST),
            fields.digest("hash"),
            fields.integer("length", 0, CanonicalJson.LARGEST),
            new Seal(fields.digest("keyid"), fields.text("sig")));
    if (!Arrays.equals(head.bytes(), file)) {
      throw new JsonException("1:1", "expected canonical JSON and a line feed, found another form");
    }
    return head;
  }

  byte[] bytes() {
    ObjectNode node = place(sequence, hash, length);
    node.put("keyid", seal.keyId().value()).put("sig", seal.sig());
    try {
      return (CanonicalJson.text(node) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean verifies(PublicKey key) {
    return seal.verifies(Seal.HEAD, place(sequence, hash, length), key);
  }

  private static ObjectNode place(long sequence, Digest hash, long length) {
    return Seal.place(sequence, hash).put("length", length);
  }
}
