package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.AgentName;
import dev.claw.model.ByteSize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);

  private enum Colour {
    DARK_RED
  }

  private record Shape(
      AgentName name, ByteSize size, Optional<String> note, List<Colour> colours) {}

  @Test
  void noValueOfARecordLooksLikeTheNextOne() {
    assertThat(AuditText.value("running")).isEqualTo("running");
    assertThat(AuditText.value("two words")).isEqualTo("\"two words\"");
    assertThat(AuditText.value("x\" exitCode=\"0\\")).isEqualTo("\"x\\\" exitCode=\\\"0\\\\\"");
    assertThat(AuditText.value("a\nb")).isEqualTo("\"a\\nb\"");
  }

  @Test
  void untrustedOutputKeepsItsLinesAndNothingElse() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String hostile = "one\r\n\ttwo\u001b]52;c;cm0gLXJm\u0007\u009b2J\u202e\rthree\n";
    new TerminalText(new PrintStream(out, true, StandardCharsets.UTF_8))
        .copy(new ByteArrayInputStream(hostile.getBytes(StandardCharsets.UTF_8)));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("one\n\ttwo\\u001b]52;c;cm0gLXJm\\u0007\\u009b2J\\u202e\\u000dthree\n");
  }

  @Test
  void untrustedOutputKeepsTheFormOfEmojiAlone() {
    assertThat(TerminalText.visible("❤\ufe0f a\ufe0f 1\ufe0f\ufe0f"))
        .isEqualTo("❤\ufe0f a\\ufe0f 1\\ufe0f\\ufe0f");
    assertThat(TerminalText.visible("\ufe0f")).isEqualTo("\\ufe0f");
  }

  @Test
  void tableCellsCannotTouchTheTerminal() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Table table = new Table("NAME", "STATE");
    table.row("a\u001b[2J", "running");
    table.print(new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("NAME        STATE\na\\u001b[2J  running\n");
  }

  @Test
  void recordsBecomeObjectsAndWhatIsAbsentIsLeftOut() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RecordJson.print(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new Shape(new AgentName("a"), new ByteSize(7), Optional.empty(), List.of(Colour.DARK_RED)));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\n  \"name\" : \"a\",\n  \"size\" : 7,\n  \"colours\" : [\n    \"dark-red\"\n  ]\n}\n");
  }

  @Test
  void momentsAreDurationsOrTimes() throws CliException {
    assertThat(When.parse("10m", CLOCK)).isEqualTo("2026-11-21T09:50:00Z");
    assertThat(When.parse("2026-11-21T10:00:00+01:00", CLOCK)).isEqualTo("2026-11-21T09:00:00Z");
    for (String bad : List.of("", "10", "-5m", "yesterday", "10m\n", "99999999999s")) {
      assertThatThrownBy(() -> When.parse(bad, CLOCK))
          .isInstanceOf(CliException.class)
          .hasMessageContaining("expected a duration");
    }
  }

  @Test
  void timePassedIsToldInOneUnit() {
    Instant now = CLOCK.instant();
    assertThat(Ago.between(now.minusSeconds(5), now)).isEqualTo("5 seconds ago");
    assertThat(Ago.between(now.minusSeconds(600), now)).isEqualTo("10 minutes ago");
    assertThat(Ago.between(now.minusSeconds(7200 * 24), now)).isEqualTo("2 days ago");
    assertThat(Ago.between(now.plusSeconds(5), now)).isEqualTo("just now");
  }
}
