package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.TelegramSettings;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelegramCheckTest {
  private static final String TOKEN = "4242:AAH-test-token-of-nobody_0123456789";

  @TempDir private Path folder;
  private Fixture fixture;
  private TelegramFile file;

  @BeforeEach
  void prepare() throws Exception {
    fixture = Fixture.initialised(folder);
    file = new TelegramFile(fixture.host);
  }

  private Optional<Check> check() {
    return new TelegramCheck(file, new ChatAccess(fixture.host), fixture.host.clock()).run();
  }

  private void setUp() throws Exception {
    file.replace(TelegramSettings.of(TOKEN, "my_claw_bot", "https://api.telegram.org"));
  }

  @Test
  void saysNothingWhereNoBotIsSetUp() {
    assertThat(check()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"RUNNING,OK", "ENDED,OK", "STARTING,OK", "WAITING,WARNING", "STOPPED,WARNING"})
  void saysHowTheBotFares(String phase, Outcome outcome) throws Exception {
    setUp();
    assertThat(check()).get().extracting(Check::outcome).isEqualTo(Outcome.OK);
    try (StateDatabase state = StateDatabase.open(fixture.host.home().database())) {
      state.inTransaction(
          connection -> {
            try (Statement insert = connection.createStatement()) {
              return insert.executeUpdate(
                  "INSERT INTO telegram_state (one, phase, since, sentence) VALUES (1, '"
                      + phase
                      + "', "
                      + fixture.host.clock().millis()
                      + ", 'Telegram says 401: the token was revoked')");
            }
          });
    }
    Check check = check().orElseThrow();
    assertThat(check.outcome()).isEqualTo(outcome);
    if (outcome == Outcome.WARNING) {
      assertThat(check.found()).isEqualTo("Telegram says 401: the token was revoked");
    }
  }

  @Test
  void aBotThatIsSaidToRunAndHearsNothingIsAWarning() throws Exception {
    setUp();
    try (StateDatabase state = StateDatabase.open(fixture.host.home().database())) {
      state.inTransaction(
          connection -> {
            try (Statement insert = connection.createStatement()) {
              return insert.executeUpdate(
                  "INSERT INTO telegram_state (one, phase, since, sentence)"
                      + " VALUES (1, 'RUNNING', 0, '')");
            }
          });
    }
    assertThat(check())
        .get()
        .satisfies(
            check -> {
              assertThat(check.outcome()).isEqualTo(Outcome.WARNING);
              assertThat(check.found()).contains("heard nothing from Telegram since");
            });
  }

  @Test
  void settingsThatAreBrokenAreSaidWithoutTheToken() throws Exception {
    setUp();
    Path settings = fixture.host.home().secrets().resolve("telegram.toml");
    Files.writeString(settings, "token = \"" + TOKEN + "\"\nuser = 3\n");
    assertThat(check())
        .get()
        .satisfies(
            check -> {
              assertThat(check.outcome()).isEqualTo(Outcome.WARNING);
              assertThat(check.found()).contains("telegram.toml:2").doesNotContain(TOKEN);
            });
  }
}
