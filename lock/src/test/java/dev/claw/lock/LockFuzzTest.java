package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What untrusted bytes can do to the readers of this module: be refused, and nothing else. */
class LockFuzzTest {

  @FuzzTest
  void strictJson(byte[] bytes) {
    try {
      JsonNode tree = StrictJson.parse(bytes, 1 << 16);
      byte[] canonical = CanonicalJson.bytes(tree);
      assertThat(CanonicalJson.bytes(StrictJson.parse(canonical, 1 << 20))).isEqualTo(canonical);
    } catch (JsonException e) {
      assertThat(e.getMessage()).doesNotContain("\u001b").hasSizeLessThan(100_000);
    }
  }

  @FuzzTest
  void lock(byte[] bytes) throws KeyException {
    LockVerdict verdict =
        new LockVerifier(new PublicKeys(Samples.key(1).publicKey(), List.of()))
            .verify(bytes, Samples.ID, Samples.NAME, 0);
    assertThat(verdict).isNotInstanceOf(LockVerdict.Verified.class);
    try {
      PolicyLock.read(StrictJson.parse(bytes, 1 << 16));
    } catch (JsonException e) {
      assertThat(e.where()).isNotEmpty();
    }
  }

  @FuzzTest
  void containerSpec(byte[] bytes) {
    try {
      ContainerSpecJson.write(ContainerSpecJson.read(bytes));
    } catch (JsonException e) {
      assertThat(e.why()).isNotEmpty();
    }
  }

  @FuzzTest
  void keys(byte[] bytes) {
    try {
      PublicKey.parse("fuzz", bytes);
    } catch (KeyException e) {
      assertThat(e).hasMessageStartingWith("fuzz: ");
    }
    try {
      HostKey.parse("fuzz", bytes);
    } catch (KeyException e) {
      assertThat(e).hasMessageStartingWith("fuzz: ");
    }
  }
}
