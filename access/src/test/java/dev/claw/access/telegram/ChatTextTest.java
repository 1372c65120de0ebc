package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChatTextTest {
  @ParameterizedTest
  @CsvSource({
    "a\u0000b, ab",
    "a\u001b[2Jb, ab",
    "a\u001b]0;title\u0007b, ab",
    "a\u202Eb\u202C, ab",
    "a\u2066b\u2069, ab",
    "a\u200Fb\u061C, ab",
    "a\u200Bb\uFEFF\u2060, ab",
    "a\uDC00b, a\uFFFDb",
    "a\uDB40\uDC41b, ab",
    "a\u0085b\u009B, ab",
    "a\u0378b, ab",
    "a\u034Fb\uDB40\uDD00\u3164, ab",
  })
  void cleans(String text, String clean) {
    assertThat(ChatText.clean(text)).isEqualTo(clean);
  }

  @Test
  void keepsLinesAndWhatMakesEmoji() {
    assertThat(ChatText.clean("a\nb\tc\u2028d\r\n👩\u200D💻❤\uFE0F"))
        .isEqualTo("a\nb    c\nd\n👩\u200D💻❤\uFE0F");
  }

  @Test
  void splitsAnythingWithoutLossAndWithinBounds() {
    Random random = new Random(4711);
    List<String> atoms = List.of("a", "word ", "\n", "😀", "\n\n", "long".repeat(10));
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(60); i > 0; i--) {
        text.append(atoms.get(random.nextInt(atoms.size())));
      }
      int longest = 2 + random.nextInt(40);
      List<String> pieces = ChatText.split(text.toString(), longest);
      assertThat(pieces)
          .allSatisfy(piece -> assertThat(piece.length()).isLessThanOrEqualTo(longest));
      assertThat(pieces)
          .allSatisfy(
              piece ->
                  assertThat(
                          piece.isEmpty()
                              || (!Character.isLowSurrogate(piece.charAt(0))
                                  && !Character.isHighSurrogate(piece.charAt(piece.length() - 1))))
                      .isTrue());
      assertThat(String.join("", pieces).replace("\n", ""))
          .isEqualTo(text.toString().replace("\n", ""));
    }
  }
}
