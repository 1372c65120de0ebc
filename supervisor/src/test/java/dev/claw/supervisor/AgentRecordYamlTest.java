package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentRecordYamlTest {
  private static final AgentRecord CODER =
      new AgentRecord(
          new AgentId("0123456789abcdef0123456789abcdef"),
          new AgentName("backend-agent"),
          "coder",
          Instant.parse("2026-11-21T08:00:00Z"),
          7);
  private static final String TEXT =
      """
      # Written by claw; what the agent may do stands in policy.lock.json.
      id: 0123456789abcdef0123456789abcdef
      name: backend-agent
      template: coder
      created: "2026-11-21T08:00:00Z"
      serial: 7
      """;

  @Test
  void isReadAsItWasWritten() throws Exception {
    assertThat(AgentRecordYaml.format(CODER)).isEqualTo(TEXT);
    assertThat(AgentRecordYaml.parse(TEXT)).isEqualTo(CODER);
    AgentRecord later = CODER.withLock(CODER.template(), 999_999_999_999_999L);
    assertThat(AgentRecordYaml.parse(AgentRecordYaml.format(later))).isEqualTo(later);
  }

  @Test
  void orderAndEmptyLinesDoNotMatter() throws Exception {
    String shuffled =
        "serial: 7\n\nname: backend-agent\ntemplate: coder\n"
            + "created: 2026-11-21T08:00:00Z\n# more\nid: 0123456789abcdef0123456789abcdef";
    assertThat(AgentRecordYaml.parse(shuffled)).isEqualTo(CODER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serial: 7|owner: ann|6: expected one of",
        "serial: 7|serial:7|6: expected one of",
        "serial: 7|serial|6: expected one of",
        "serial: 7|' serial: 7'|6: expected one of",
        "serial: 7|name: other|6: expected name once, found it again",
        "serial: 7|serial: 0|6: expected a serial of 1 or more",
        "serial: 7|serial: -1|6: expected a serial of 1 or more",
        "serial: 7|serial: +1|6: expected a serial of 1 or more",
        "serial: 7|serial: 0x7|6: expected a serial of 1 or more",
        "serial: 7|serial: ٧|6: expected a serial of 1 or more",
        "serial: 7|serial: 9007199254740993|6: expected a serial of 1 or more",
        "serial: 7|serial: 99999999999999999999|6: expected a serial of 1 or more",
        "name: backend-agent|name: ../etc|3: expected 1 to 63 characters",
        "name: backend-agent|name: Coder|3: expected 1 to 63 characters",
        "id: 0123456789abcdef0123456789abcdef|id: 0123|2: expected an agent id",
        "2026-11-21T08:00:00Z|yesterday|5: expected a time such as",
        "2026-11-21T08:00:00Z|2026-02-30T08:00:00Z|5: expected a time such as",
      })
  void namesTheLineOfWhatItWouldNotHaveWritten(String from, String to, String message) {
    assertBad(TEXT.replace(from, to), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "name", "template", "created", "serial"})
  void namesTheKeyThatIsMissing(String key) {
    String text = TEXT.replaceAll("(?m)^" + key + ": .*\n", "");
    assertBad(text, "6: expected the key " + key + ", found none");
    assertBad("", "1: expected the key id, found none");
  }

  @Test
  void refusesControlCharactersByLine() {
    assertBad(TEXT.replace("\n", "\r\n"), "1: expected no control character, found one in '# ");
    assertBad(TEXT.replace("coder", "coder\r"), "4: expected no control character");
    assertBad(TEXT.replace("coder", "co\0der"), "4: expected no control character");
    assertBad(TEXT.replace("coder", "\u001b[2J"), "4: expected no control character");
    assertBad(TEXT.replace("coder", "\u202egnp"), "4: expected no control character");
    assertBad("\ufeff" + TEXT, "1: expected no control character");
    assertBad(TEXT.replace("coder", "co\tder"), "4: expected no control character");
  }

  private static void assertBad(String text, String message) {
    assertThatThrownBy(() -> AgentRecordYaml.parse(text))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(message);
  }
}
