package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockVerifierTest {
  private static final Instant YESTERDAY = Instant.parse("2026-11-20T00:00:00Z");

  private HostKey current;
  private HostKey retired;
  private PublicKeys keys;
  private byte[] good;

  @BeforeEach
  void sign() throws KeyException, JsonException {
    current = Samples.key(1);
    retired = Samples.key(2);
    keys =
        new PublicKeys(
            current.publicKey(), List.of(new PublicKeys.Retired(retired.publicKey(), YESTERDAY)));
    good = LockEnvelope.sign(Samples.lock(3), current);
  }

  @Test
  void verifiesItsOwn() throws JsonException {
    assertThat(verify(good)).isEqualTo(new LockVerdict.Verified(Samples.lock(3)));
    assertThat(LockEnvelope.sign(Samples.lock(3), current)).isEqualTo(good);
  }

  @Test
  void oneSignatureByTheCurrentKeyIsEnough() throws JsonException {
    assertThat(verify(LockEnvelope.sign(Samples.lock(3), retired, current)))
        .isInstanceOf(LockVerdict.Verified.class);
  }

  @Test
  void everyFlippedBitIsNoticed() {
    List<String> unnoticed = new ArrayList<>();
    for (int i = 0; i < good.length; i++) {
      byte[] changed = good.clone();
      changed[i] ^= (byte) (1 << (i % 7));
      // White space between tokens means nothing in JSON, and the signature is not over it.
      if (verify(changed) instanceof LockVerdict.Verified(PolicyLock lock)
          && !Character.isWhitespace(good[i])) {
        unnoticed.add(i + ": " + lock);
      }
    }
    assertThat(unnoticed).isEmpty();
  }

  @Test
  void unsigned() throws JsonException {
    ObjectNode envelope = tree();
    envelope.putArray("signatures");
    assertThat(verify(envelope)).isEqualTo(new LockVerdict.Unsigned(true));
    envelope.remove("signatures");
    assertThat(verify(envelope)).isEqualTo(new LockVerdict.Unsigned(true));
  }

  @Test
  void retiredAndUnknownKeysAreToldApart() throws JsonException, KeyException {
    assertThat(verify(LockEnvelope.sign(Samples.lock(3), retired)))
        .isEqualTo(new LockVerdict.UnknownKey(retired.keyId(), YESTERDAY));
    HostKey stranger = Samples.key(3);
    assertThat(verify(LockEnvelope.sign(Samples.lock(3), stranger)))
        .isEqualTo(new LockVerdict.UnknownKey(stranger.keyId(), null));
  }

  @Test
  void strangersSignatureUnderOurKeyIdIsBad() throws JsonException, KeyException {
    String theirs = text(LockEnvelope.sign(Samples.lock(3), Samples.key(3)));
    String claimed = theirs.replace(Samples.key(3).keyId().value(), current.keyId().value());
    assertThat(verify(claimed.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(new LockVerdict.BadSignature(current.keyId()));
  }

  @Test
  void signatureComesBeforeTheBody() throws JsonException {
    ObjectNode envelope = tree();
    ((ObjectNode) envelope.get("lock")).put("version", 2).put("serial", -1);
    assertThat(verify(envelope)).isEqualTo(new LockVerdict.BadSignature(current.keyId()));
  }

  @Test
  void signatureOfAnotherPayloadTypeIsBad() throws JsonException {
    ObjectNode envelope = tree();
    byte[] signed =
        Dsse.pae("application/vnd.claw.audit-head.v1+json", Samples.lock(3).canonicalBytes());
    ((ObjectNode) envelope.get("signatures").get(0))
        .put("sig", Base64Text.encode(current.sign(signed)));
    assertThat(verify(envelope)).isInstanceOf(LockVerdict.BadSignature.class);
  }

  @Test
  void replayedLockIsRefusedAndTheSameOneIsNot() {
    LockVerifier verifier = new LockVerifier(keys);
    assertThat(verifier.verify(good, Samples.ID, Samples.NAME, 4))
        .isEqualTo(new LockVerdict.Replayed(3, 4));
    assertThat(verifier.verify(good, Samples.ID, Samples.NAME, 3))
        .isInstanceOf(LockVerdict.Verified.class);
  }

  @Test
  void anotherAgentsLockIsRefused() {
    LockVerifier verifier = new LockVerifier(keys);
    LockVerdict other = new LockVerdict.OtherAgent(Samples.ID, Samples.NAME);
    assertThat(verifier.verify(good, new AgentId("f".repeat(32)), Samples.NAME, 0))
        .isEqualTo(other);
    assertThat(verifier.verify(good, Samples.ID, new AgentName("other"), 0)).isEqualTo(other);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"lock\":[],\"signatures\":[]}",
        "{\"lock\":{},\"signatures\":{}}",
        "{\"lock\":{},\"signatures\":[{}]}",
        "{\"lock\":{},\"signatures\":[],\"more\":1}",
        "{\"lock\":{},\"lock\":{},\"signatures\":[]}"
      })
  void whatIsNoEnvelopeIsMalformed(String text) {
    assertThat(verify(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(LockVerdict.Malformed.class);
  }

  @Test
  void signedBodyOfAnotherFormIsMalformed() throws JsonException {
    assertThat(signedWith(body -> body.put("extra", 1)))
        .isEqualTo(
            new LockVerdict.Malformed(
                "lock.extra",
                "unknown key; expected one of version, agent, serial, previous, template,"
                    + " artefacts, image, decide, touch, reach, models, versions"));
    assertThat(signedWith(body -> body.put("serial", 0)))
        .isEqualTo(
            new LockVerdict.Malformed(
                "lock.serial", "expected a whole number from 1 to 9007199254740992, found 0"));
    assertThat(signedWith(body -> body.remove("previous")))
        .isInstanceOf(LockVerdict.Malformed.class);
    assertThat(signedWith(body -> ((ObjectNode) body.get("models")).put("primary", "")))
        .isInstanceOf(LockVerdict.Malformed.class);
    assertThat(signedWith(body -> body.put("serial", "3")))
        .isInstanceOf(LockVerdict.Malformed.class);
  }

  @Test
  void changedAndMissingFilesAreDrift() throws JsonException {
    Map<String, byte[]> files = new HashMap<>();
    files.put("openclaw.json", bytes(Samples.OPENCLAW));
    files.put("container-spec.json", bytes(ContainerSpecJson.write(Samples.spec())));
    files.put("seccomp.json", bytes(Samples.SECCOMP));
    LockVerifier verifier = new LockVerifier(keys);
    assertThat(verifier.verify(good, Samples.ID, Samples.NAME, 0, files))
        .isInstanceOf(LockVerdict.Verified.class);
    files.put("openclaw.json", bytes("{ }\n"));
    files.remove("seccomp.json");
    assertThat(verifier.verify(good, Samples.ID, Samples.NAME, 0, files))
        .isEqualTo(
            new LockVerdict.Drifted(
                Samples.lock(3),
                List.of(
                    new Drift.ChangedFile(
                        "openclaw.json", Digest.of(Samples.OPENCLAW), Digest.of("{ }\n")),
                    new Drift.MissingFile("seccomp.json"))));
  }

  @Test
  void sentencesSayWhatToDo() {
    assertThat(new LockVerdict.UnknownKey(Digest.of("k"), YESTERDAY).sentence())
        .contains("a key retired since 2026-11-20T00:00:00Z")
        .endsWith("review the policy and lock it again with 'claw start --force'");
    assertThat(new LockVerdict.Replayed(3, 4).sentence())
        .startsWith("policy.lock.json: expected a lock with serial 4 or higher, found serial 3");
  }

  private interface Change {
    void apply(ObjectNode body);
  }

  private LockVerdict signedWith(Change change) throws JsonException {
    ObjectNode envelope = tree();
    ObjectNode body = (ObjectNode) envelope.get("lock");
    change.apply(body);
    byte[] signed = Dsse.pae(PolicyLock.PAYLOAD_TYPE, CanonicalJson.bytes(body));
    ((ObjectNode) envelope.get("signatures").get(0))
        .put("sig", Base64Text.encode(current.sign(signed)));
    return verify(envelope);
  }

  private ObjectNode tree() throws JsonException {
    return (ObjectNode) StrictJson.parse(good, 1 << 20);
  }

  private LockVerdict verify(ObjectNode envelope) {
    return verify(bytes(IndentedJson.text(envelope)));
  }

  private LockVerdict verify(byte[] bytes) {
    return new LockVerifier(keys).verify(bytes, Samples.ID, Samples.NAME, 0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
