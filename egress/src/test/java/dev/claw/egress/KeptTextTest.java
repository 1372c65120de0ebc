package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeptTextTest {
  @ParameterizedTest
  @CsvSource({
    "abcd, 4, abcd, false",
    "abcde, 4, abcd, true",
    "abcd\u00e9, 5, abcd, true",
    "abcd\u00e9, 6, abcd\u00e9, false",
    "abcd\u00e9f, 6, abcd\u00e9, true",
    "a\u20acb, 3, a, true",
    "a\u20acb, 4, a\u20ac, true",
    "\ud83d\ude00, 3, '', true",
    "a, 0, '', true",
  })
  void isCutBetweenCharacters(String text, int most, String kept, boolean cut) {
    KeptText whole = new KeptText(most);
    KeptText pieces = new KeptText(most);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    whole.add(bytes);
    for (byte each : bytes) {
      pieces.add(new byte[] {each});
    }
    for (KeptText each : new KeptText[] {whole, pieces}) {
      assertThat(each.text()).isEqualTo(kept);
      assertThat(each.cut()).isEqualTo(cut);
    }
  }

  @Test
  void bytesThatAreNoTextDoNoHarm() {
    KeptText kept = new KeptText(3);
    kept.add(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80});
    assertThat(kept.text()).isEqualTo("\ufffd\ufffd\ufffd");
  }
}
