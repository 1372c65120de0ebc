package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "a.b..",
        "-a.b",
        "a-.b",
        "a_b.c",
        "a b",
        "a/b",
        "a%2eb",
        "a\u0000b",
        "a\r\nb",
        "user@host",
        "host:80",
        "ünicode.de",
        "ａ.com",
        "2130706433",
        "0177.1",
        "0x7f.1",
        "0x7f000001",
        "127.1",
        "127.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.256",
        "1.2.3.4.5",
        "1.2.3.4.",
        "foo.1",
        "foo.0x1",
        "a.0x",
        "::1",
        "[::1",
        "[]",
        "[::1%lo]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[127.0.0.1]",
        "[v1.fe80::1]",
        "*.example.com",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com"
      })
  void refusesWhatSomebodyMayReadDifferently(String written) {
    assertThatThrownBy(() -> HostName.parse(written)).isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, true",
    "EXAMPLE.Com., example.com, true",
    "localhost, localhost, true",
    "1password.com, 1password.com, true",
    "xn--bcher-kva.example, xn--bcher-kva.example, true",
    "0x7f.example.com, 0x7f.example.com, true",
    "127.0.0.1, 127.0.0.1, false",
    "[::1], ::1, false",
    "[2001:DB8:0:0::1], 2001:db8::1, false",
    "[1:0:0:2:0:0:0:3], 1:0:0:2::3, false",
  })
  void givesTheSpellingOfRules(String written, String text, boolean name) throws Exception {
    HostName host = HostName.parse(written);
    assertThat(host.text()).isEqualTo(text);
    assertThat(host.isName()).isEqualTo(name);
  }

  @Test
  void nameOfTwoHundredAndFiftyFourCharactersIsNone() {
    String longest = "a.".repeat(126) + "b";
    assertThat(longest).hasSize(253);
    assertThatThrownBy(() -> HostName.parse("a" + longest))
        .isInstanceOf(InvalidValueException.class);
  }
}
