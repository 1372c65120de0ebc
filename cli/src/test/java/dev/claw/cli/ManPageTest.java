package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManPageTest {
  private static final List<CommandTree.Command> COMMANDS =
      CommandTree.commands(Surroundings.ofProcess());

  @Test
  void committedPageIsWhatTheCommandsSay() throws IOException {
    Path committed = Path.of("..", "docs", "man", "claw.1");
    assertThat(Files.readString(committed))
        .as("%s is not what the commands say; run 'make man' and commit it", committed)
        .isEqualTo(new ManPage(COMMANDS).text());
  }

  @Test
  void everyCommandOptionAndExitStatusIsOnThePage() {
    String page = new ManPage(COMMANDS).text();
    for (CommandTree.Command command : COMMANDS) {
      assertThat(page).contains(".SS \"claw " + command.path().replace("-", "\\-") + "\"");
      for (String option : command.optionNames()) {
        assertThat(page).contains(option.replace("-", "\\-"));
      }
    }
    for (ExitCode code : ExitCode.values()) {
      assertThat(page).contains("\\fB" + code.status() + "\\fR");
    }
    // A picocli variable that nobody filled in.
    assertThat(page).doesNotContain("${");
  }

  @Test
  void textIsNeverMarkup() {
    Roff page = new Roff();
    page.paragraph(".so /etc/passwd");
    page.paragraph("'x \\fBy -z~^`\"…");
    page.item(".B", "a");
    assertThat(page.text())
        .isEqualTo(
            """
            .PP
            \\&.so /etc/passwd
            .PP
            \\&\\(aqx \\efBy \\-z\\(ti\\(ha\\(ga\\(dq\\[u2026]
            .TP
            \\fB.B\\fR
            a
            """);
  }

  @Test
  void onlyTheFirstParagraphBelowAHeadingNeedsNoMacro() {
    Roff page = new Roff();
    page.section("S");
    page.paragraph("a");
    page.paragraph("b");
    page.section("T");
    page.item("c", "d");
    page.paragraph("e");
    assertThat(page.text())
        .isEqualTo(
            """
            .SH "S"
            a
            .PP
            b
            .SH "T"
            .TP
            \\fBc\\fR
            d
            .PP
            e
            """);
  }
}
