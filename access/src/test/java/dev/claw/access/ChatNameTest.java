package dev.claw.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatNameTest {
  private static String shown(String displayName, String userName) {
    return new ChatUser(666, displayName, userName).shown();
  }

  @Test
  void showsNameUserNameAndNumber() {
    assertThat(shown("Ann Ämilie 安 😀", "ann_1")).isEqualTo("Ann Ämilie 安 😀 (@ann_1, id 666)");
    assertThat(shown("Ann", "")).isEqualTo("Ann (id 666)");
    assertThat(shown("", "")).isEqualTo("somebody without a name (id 666)");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "Ann (@ann, id 1)|Ann [ ann, id 1] (id 666)",
        "Ann（＠ann，id 1）|Ann[ ann,id 1] (id 666)",
        "Ann ﹙id 1﹚|Ann [id 1] (id 666)",
        "Ann ❨id 1❩|Ann [id 1] (id 666)",
        "Ann ﴾id 1﴿|Ann ]id 1[ (id 666)",
        "Ann ⟮id 1⟯|Ann [id 1] (id 666)",
        "Ann ⦅id 1⦆ ⁽₎|Ann [id 1] [] (id 666)",
        "Ann ⎛id 1⎞|Ann id 1 (id 666)",
        "Ann ‹id 1› „O’Brien“|Ann 'id 1' [O'Brien' (id 666)",
        "Ann\u034f❤\ufe0f|Ann❤ (id 666)"
      },
      delimiter = '|')
  void noNamePassesForANumber(String name, String expected) {
    assertThat(shown(name, "")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b[2J\u001b]0;x\u0007",
        "\u202eeve\u202c",
        "\u2066x\u2069\u200e\u200f\u061c",
        "a\r\nb\u0085c\u2028d\u2029e\tf",
        "\ud800x\udc00",
        "\ue000\udb80\udc00",
        "\u00ad\u200b\ufeff\u180e",
        "\u3164\u115f x"
      })
  void leavesNothingThatMovesOrTurnsTheLine(String name) {
    String clean = new ChatUser(1, name, name).cleaned().displayName();
    assertThat(clean.codePoints().map(Character::getType).boxed())
        .doesNotContain(
            (int) Character.CONTROL,
            (int) Character.FORMAT,
            (int) Character.SURROGATE,
            (int) Character.PRIVATE_USE,
            (int) Character.LINE_SEPARATOR,
            (int) Character.PARAGRAPH_SEPARATOR);
    assertThat(new ChatUser(1, name, name).cleaned().userName()).isEmpty();
  }

  @Test
  void isShortHoweverLongTheNameIs() {
    assertThat(shown("x".repeat(10_000), "y".repeat(10_000)))
        .isEqualTo("x".repeat(64) + " (id 666)");
    // One code point that becomes 18 letters.
    assertThat(shown("\ufdfa".repeat(10_000), "").length()).isLessThan(80);
    assertThat(shown("e" + "\u0301".repeat(10_000), "").length()).isLessThan(20);
    assertThat(shown("a ".repeat(100) + " ".repeat(10_000), "").length()).isLessThan(80);
    assertThat(shown("\u3164\u115f\u1160\u2800", "")).isEqualTo("somebody without a name (id 666)");
    assertThat(shown(" ".repeat(10_000), "")).isEqualTo("somebody without a name (id 666)");
  }

  @Test
  void marksDoNotClimbIntoOtherLines() {
    String zalgo = "Z\u0300\u0301\u0302\u0303\u0304\u0305a";
    assertThat(
            new ChatUser(1, zalgo, "")
                .cleaned()
                .displayName()
                .codePoints()
                .filter(point -> Character.getType(point) == Character.NON_SPACING_MARK)
                .count())
        .isLessThanOrEqualTo(2);
  }

  @Test
  void whatIsCleanStaysAsItIs() {
    ChatUser clean = new ChatUser(1, "\u202eÅnn (x)", "ann").cleaned();
    assertThat(clean.cleaned()).isEqualTo(clean);
  }
}
