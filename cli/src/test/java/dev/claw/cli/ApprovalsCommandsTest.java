package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApprovalsCommandsTest {
  @TempDir Path home;

  @BeforeEach
  void init() {
    assertThat(Run.of(home, "init").status()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"approvals", "approvals list", "approvals --all", "approvals list --all"})
  void nothingThatWaitsIsAnEmptyTable(String line) {
    Run run = Run.of(home, line.split(" ", -1));
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("ID").hasLineCount(1);
  }

  @Test
  void theListHasAJsonFormWithoutItsWord() {
    assertThat(Run.of(home, "approvals", "--json").out()).isEqualTo("[ ]\n");
    assertThat(Run.of(home, "approvals", "list", "--json").out()).isEqualTo("[ ]\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "approvals list nobody",
        "approvals allow a-0123456789",
        "approvals allow a-0123456789 --for 30m",
        "approvals deny a-0123456789",
        "approvals deny \u001b[2J"
      })
  void whatIsNotThereIsNotAnswered(String line) {
    Run run = Run.of(home, line.split(" ", -1));
    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "approvals allow",
        "approvals deny",
        "approvals allow a-0123456789 --for 31m",
        "approvals allow a-0123456789 --for always",
        "approvals allow a-0123456789 --for",
        "approvals coder",
        "approvals --alll"
      })
  void aCommandLineThatIsWrong(String line) {
    assertThat(Run.of(home, line.split(" ", -1)).status()).isEqualTo(2);
  }

  @Test
  void helpOfTheGroupSaysWhatIsUsual() {
    Run run = Run.of(home, "approvals", "--help");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("allow", "deny", "Without COMMAND: list.");
  }
}
