package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.telegram.TelegramStatus.Phase;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelegramCheckTest {
  @TempDir private Path folder;
  private TelegramScene scene;

  @BeforeEach
  void prepare() throws Exception {
    scene = new TelegramScene(folder);
  }

  private Optional<Check> check() {
    Host host = scene.fixture.host;
    return new TelegramCheck(scene.file, new ChatAccess(host), host.clock()).run();
  }

  @Test
  void saysNothingWhereNoBotIsSetUp() {
    assertThat(check()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"RUNNING,OK", "ENDED,OK", "STARTING,OK", "WAITING,WARNING", "STOPPED,WARNING"})
  void saysHowTheBotFares(Phase phase, Outcome outcome) throws Exception {
    scene.setUp();
    assertThat(check()).get().extracting(Check::outcome).isEqualTo(Outcome.OK);
    scene.left(
        phase, scene.fixture.host.clock().instant(), "Telegram says 401: the token was revoked");
    Check check = check().orElseThrow();
    assertThat(check.outcome()).isEqualTo(outcome);
    if (outcome == Outcome.WARNING) {
      assertThat(check.found()).isEqualTo("Telegram says 401: the token was revoked");
    }
  }

  @Test
  void aBotThatIsSaidToRunAndHearsNothingIsAWarning() throws Exception {
    scene.setUp();
    scene.left(Phase.RUNNING, Instant.EPOCH, "");
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
    scene.setUp();
    Path settings = scene.fixture.host.home().secrets().resolve("telegram.toml");
    Files.writeString(settings, "token = \"" + TelegramScene.TOKEN + "\"\nuser = 3\n");
    assertThat(check())
        .get()
        .satisfies(
            check -> {
              assertThat(check.outcome()).isEqualTo(Outcome.WARNING);
              assertThat(check.found())
                  .contains("telegram.toml:2")
                  .doesNotContain(TelegramScene.TOKEN);
            });
  }
}
