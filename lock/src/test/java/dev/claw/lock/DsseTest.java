package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DsseTest {

  /** The test vector of the DSSE specification, protocol.md. */
  @Test
  void encodesTheSpecificationsExample() {
    assertThat(
            Dsse.pae(
                "http://example.com/HelloWorld", "hello world".getBytes(StandardCharsets.UTF_8)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  }

  @Test
  void lengthsCountBytes() {
    assertThat(Dsse.pae("é", "€".getBytes(StandardCharsets.UTF_8)))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("DSSEv1 2 é 3 €");
  }
}
