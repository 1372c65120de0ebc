package dev.claw.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.InvalidValueException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PairingTokenTest {
  @Test
  void fitsIntoALinkAndOnACommandLine() throws Exception {
    SecureRandom random = new SecureRandom();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      PairingToken token = PairingToken.random(random);
      // 24 letters of 64 are 144 bits; Telegram takes 1 to 64 of them.
      assertThat(token.value()).matches("[A-Za-z0-9_][A-Za-z0-9_-]{23}");
      assertThat(seen.add(token.value())).isTrue();
      assertThat(PairingToken.parse(token.value())).isEqualTo(token);
      assertThat(token.toString()).doesNotContain(token.value());
    }
  }

  @Test
  void isKeptAsItsSha256() throws Exception {
    // printf %s AAAAAAAAAAAAAAAAAAAAAAAA | sha256sum
    assertThat(PairingToken.parse("A".repeat(24)).hash().value())
        .isEqualTo("1bda9f0aed80857d43c9329457f28b1ca29f736a0c539901e1ba16a909eb07b4");
  }

  @Test
  void neverSaysWhatItFound() {
    for (String text : new String[] {"", "secret", "x".repeat(25), "x".repeat(23) + "="}) {
      assertThatThrownBy(() -> PairingToken.parse(text))
          .isInstanceOf(InvalidValueException.class)
          .message()
          .doesNotContain("secret", "xxx");
    }
  }
}
