package dev.claw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
  /** RFC 5952, 4: lower case, no leading zeros, the first of the longest runs of zeros. */
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 0.0.0.0",
    "255.1.2.3, 255.1.2.3",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "2001:0DB8:0:0:0:0:0:1, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:1:0:0:0:0, 2001:db8:0:1::",
    "0:0:1:0:0:0:0:ffff, 0:0:1::ffff",
    "64:ff9b:0:0:0:0:7f00:1, 64:ff9b::7f00:1",
  })
  void hasOneSpelling(String written, String text) {
    assertThat(AddressText.of(InetAddress.ofLiteral(written).getAddress())).isEqualTo(text);
  }

  @Test
  void addressHasFourOrSixteenBytes() {
    assertThatThrownBy(() -> AddressText.of(new byte[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 or 16 bytes, not 5");
  }
}
