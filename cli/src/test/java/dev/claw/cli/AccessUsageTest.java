package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What access commands refuse before they do anything. */
class AccessUsageTest {
  private static final String TOKEN = "A".repeat(24);

  @TempDir Path home;

  @BeforeEach
  void init() {
    assertThat(Run.of(home, "init").status()).isZero();
  }

  private Run run(String line) {
    return Run.of(home, line.replace("TOKEN", TOKEN).split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "access pair signal coder --role viewer",
        "access pair telegram",
        "access pair telegram coder",
        "access pair telegram coder --role owner",
        "access pair telegram coder --role Viewer",
        "access pair telegram ../coder --role viewer",
        "access pair telegram coder --role viewer --expires 0",
        "access pair telegram coder --role viewer --expires -1",
        "access pair telegram coder --role viewer --expires 86401",
        "access pair telegram coder --role viewer --expires 9223372036854775807",
        "access pair telegram coder --role viewer --expires 1m",
        "access confirm telegram coder TOKEN",
        "access confirm telegram coder TOKEN --telegram-user-id 0",
        "access confirm telegram coder TOKEN --telegram-user-id -1",
        "access confirm telegram coder TOKEN --telegram-user-id 4503599627370496",
        "access confirm telegram coder TOKEN --telegram-user-id @ann",
        "access confirm telegram coder TOKEN --telegram-user-id ٤٧",
        "access confirm telegram coder TOKENx --telegram-user-id 1",
        "access confirm telegram coder - --telegram-user-id 1",
        "access revoke telegram coder",
        "access revoke telegram coder 01",
        "access role telegram coder 1",
        "access role telegram coder 1 root",
        "access setup",
        "access setup signal",
        "access setup telegram --api http://api.telegram.org",
        "access setup telegram --api https://api.telegram.org/",
        "access list",
        "access list signal"
      })
  void aWrongCommandLineIsRefused(String line) {
    // Some look for the agent first, which is not there either.
    Run run = run(line);
    assertThat(run.status()).as(run.err()).isIn(2, 4);
    assertThat(run.err()).doesNotContain(TOKEN);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "access pair telegram nobody --role viewer",
        "access confirm telegram nobody TOKEN --telegram-user-id 1",
        "access list telegram nobody",
        "access revoke telegram nobody 1",
        "access role telegram nobody 1 viewer"
      })
  void anAgentThatIsNotThereIsNotFound(String line) {
    Run run = run(line);
    assertThat(run.status()).as(run.err()).isEqualTo(4);
    assertThat(run.err()).contains("no such agent");
  }

  @ParameterizedTest
  @CsvSource({
    "access pair signal coder --role viewer, telegram",
    "access pair telegram coder --role owner, 'viewer, operator or admin'",
    "access pair telegram coder --role viewer --expires 0, 86400",
    "access confirm telegram coder x --telegram-user-id 1, start="
  })
  void saysWhatItExpects(String line, String expected) {
    Run run = run(line.strip());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(expected);
  }

  @Test
  void listsNobodyWhereNobodyIs() {
    assertThat(run("access list telegram").out()).startsWith("AGENT").hasLineCount(1);
    assertThat(run("access list telegram --json").out()).contains("\"pairings\" : [ ]");
  }
}
