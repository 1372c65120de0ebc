package dev.claw.supervisor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.egress.Grant;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.Dsse;
import dev.claw.lock.HostKey;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.PublicKey;
import dev.claw.lock.StrictJson;
import dev.claw.model.AgentId;
import dev.claw.model.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * A grant as it stands in {@code claw.db}: canonical JSON (RFC 8785) and DSSE signatures over it.
 *
 * @param payload of {@link #PAYLOAD_TYPE}
 * @param signatures a JSON array of {@code {"keyid", "sig"}}
 */
record GrantEnvelope(String payload, String signatures) {
  static final String PAYLOAD_TYPE = "application/vnd.claw.grant.v1+json";

  /** Most characters of either part. */
  static final int LONGEST = 16 * 1024;

  private static final int MOST_SIGNATURES = 8;
  private static final long LAST_MILLISECOND = 253_402_300_799_999L;

  static GrantEnvelope sign(GivenGrant given, HostKey... keys) throws JsonException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("agent", given.agent().value())
        .put("id", given.grant().id())
        .put("host", given.grant().host())
        .put("given", given.given().toEpochMilli())
        .put("until", given.grant().until().toEpochMilli())
        .put("actor", given.actor());
    ArrayNode ports = body.putArray("ports");
    given.grant().ports().forEach(ports::add);
    return signed(CanonicalJson.text(body), keys);
  }

  /** The same payload under other keys. */
  GrantEnvelope resigned(HostKey... keys) throws JsonException {
    return signed(payload, keys);
  }

  private static GrantEnvelope signed(String payload, HostKey... keys) throws JsonException {
    byte[] bytes = Dsse.pae(PAYLOAD_TYPE, payload.getBytes(StandardCharsets.UTF_8));
    ArrayNode signatures = JsonNodeFactory.instance.arrayNode();
    for (HostKey key : keys) {
      signatures
          .addObject()
          .put("keyid", key.keyId().value())
          .put("sig", Base64.getEncoder().encodeToString(key.sign(bytes)));
    }
    return new GrantEnvelope(payload, CanonicalJson.text(signatures));
  }

  /**
   * The grant, if the key has signed it for this agent under this id.
   *
   * @throws InvalidValueException saying what is wrong
   */
  GivenGrant verify(PublicKey key, AgentId agent, String id) throws InvalidValueException {
    try {
      if (!hasSignature(key)) {
        throw new InvalidValueException(
            "expected a signature by the host's current key that fits it, found none: it was"
                + " altered, added by hand, or signed before the key was lost");
      }
      GivenGrant given = read();
      if (!given.agent().equals(agent) || !given.grant().id().equals(id)) {
        throw new InvalidValueException("it was given to another agent or under another id");
      }
      return given;
    } catch (JsonException e) {
      throw new InvalidValueException("it is malformed: " + e.getMessage());
    }
  }

  private boolean hasSignature(PublicKey key) throws JsonException {
    byte[] signed = Dsse.pae(PAYLOAD_TYPE, payload.getBytes(StandardCharsets.UTF_8));
    ObjectNode wrapped = JsonNodeFactory.instance.objectNode();
    wrapped.set(
        "signatures", StrictJson.parse(signatures.getBytes(StandardCharsets.UTF_8), LONGEST * 4));
    List<JsonFields> entries =
        JsonFields.of(wrapped, "", "signatures").objects("signatures", "keyid", "sig");
    for (JsonFields entry : entries.subList(0, Math.min(entries.size(), MOST_SIGNATURES))) {
      if (entry.digest("keyid").equals(key.keyId())) {
        try {
          return key.verifies(signed, Base64.getDecoder().decode(entry.text("sig")));
        } catch (IllegalArgumentException e) {
          return false;
        }
      }
    }
    return false;
  }

  private GivenGrant read() throws JsonException, InvalidValueException {
    JsonFields fields =
        JsonFields.of(
            StrictJson.parse(payload.getBytes(StandardCharsets.UTF_8), LONGEST * 4),
            "",
            "agent",
            "id",
            "host",
            "ports",
            "given",
            "until",
            "actor");
    return new GivenGrant(
        fields.value("agent", AgentId::parse),
        Grant.parse(
            fields.text("id"),
            fields.text("host"),
            fields.integers("ports", 1, 65_535),
            Instant.ofEpochMilli(fields.integer("until", 0, LAST_MILLISECOND))),
        Instant.ofEpochMilli(fields.integer("given", 0, LAST_MILLISECOND)),
        fields.text("actor"));
  }
}
