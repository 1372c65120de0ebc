package dev.claw.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "A", "a/b", "..", "a.b", "a_b", "a\n", "ä", "a\u0000"})
  void namesThatAreNoLabelsAreRefused(String text) {
    assertThatThrownBy(() -> AgentName.parse(text))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("a-z, 0-9");
  }

  @Test
  void nameHas63CharactersAtMost() throws InvalidValueException {
    assertThat(AgentName.parse("a".repeat(63)).value()).hasSize(63);
    assertThatThrownBy(() -> AgentName.parse("a".repeat(64)))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> AgentName.parse("a".repeat(65)))
        .isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "17B,17", "2GiB,2147483648", "512MiB,536870912", "1KiB,1024"})
  void sizesAreBinary(String text, long bytes) throws InvalidValueException {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2GB",
        "2G",
        "2gib",
        "-1",
        "1.5GiB",
        "GiB",
        "",
        "9000000TiB",
        "99999999999999999999"
      })
  void sizesInOtherFormsAreRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(InvalidValueException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0B", "17B", "1KiB", "1536MiB", "2GiB"})
  void sizeIsWrittenAsItIsRead(String text) throws InvalidValueException {
    assertThat(ByteSize.parse(text)).hasToString(text);
  }

  @Test
  void quotedTextCannotTouchTheTerminal() {
    assertThat(Quoted.of("a\u001b[2Jb\u202ec")).isEqualTo("'a\\u001b[2Jb\\u202ec'");
    assertThat(Quoted.of("x".repeat(500))).hasSize(83);
    assertThat(Quoted.shortened("😀😀", 4)).isEqualTo("😀😀");
    assertThat(Quoted.shortened("😀😀", 3)).isEqualTo("😀…");
    assertThat(Quoted.shortened("ab", 1)).isEqualTo("a…");
  }

  @Test
  void visibleTextHasNothingInItThatIsNotSeen() {
    assertThat(Quoted.visible("a\u0378b")).as("unassigned").isEqualTo("a\\u0378b");
    assertThat(Quoted.visible("a\ufe0f\udb40\udd00\u180b")).isEqualTo("a\\ufe0f\\u{e0100}\\u180b");
    assertThat(Quoted.visible("\u034f\u17b4\u200c\u200d"))
        .isEqualTo("\\u034f\\u17b4\\u200c\\u200d");
    assertThat(Quoted.visible("\u115f\u1160\u3164\uffa0\u2800"))
        .isEqualTo("\\u115f\\u1160\\u3164\\uffa0\\u2800");
    assertThat(Quoted.visible("Ånn 안녕 ⠿ 😀 e\u0301 ᠠ")).isEqualTo("Ånn 안녕 ⠿ 😀 e\u0301 ᠠ");
  }

  @Test
  void auditDetailsHoldOnlyWhatCanonicalJsonHolds() {
    Actor actor = new Actor("cli", "ann(1000)");
    assertThat(AuditEvent.intent("a.b", null, actor, Map.of("n", 1, "l", List.of("x"))).details())
        .containsEntry("n", 1L);
    assertThatThrownBy(() -> AuditEvent.intent("a.b", null, actor, Map.of("n", 1.5)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AuditEvent.intent("a.b", null, actor, Map.of("n", 1L << 60)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
