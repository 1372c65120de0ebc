package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.telegram.TelegramStatus;
import dev.claw.access.telegram.TelegramStatus.Phase;
import dev.claw.supervisor.BotStatus.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BotStatusTest {
  private static final Instant THEN = Instant.parse("2026-11-21T10:00:00Z");

  @TempDir private Path folder;
  private TelegramScene scene;

  @BeforeEach
  void prepare() throws Exception {
    scene = new TelegramScene(folder);
  }

  private BotStatus notRunning() {
    return BotStatus.notRunning(scene.file, new ChatAccess(scene.fixture.host).database());
  }

  @Test
  void noneIsSetUp() {
    assertThat(notRunning())
        .isEqualTo(new BotStatus(State.NOT_SET_UP, Optional.empty(), Optional.empty(), ""));
  }

  @ParameterizedTest
  @CsvSource({"STARTING", "RUNNING", "WAITING", "ENDED"})
  void whatAProcessThatIsGoneWasAtIsOver(Phase phase) throws Exception {
    scene.setUp();
    scene.left(phase, THEN, "no network");
    assertThat(notRunning())
        .isEqualTo(
            new BotStatus(State.NOT_RUNNING, Optional.of("my_claw_bot"), Optional.empty(), ""));
  }

  @Test
  void thatItGaveUpStays() throws Exception {
    scene.setUp();
    scene.left(Phase.STOPPED, THEN, "the token was revoked");
    assertThat(notRunning())
        .isEqualTo(
            new BotStatus(
                State.STOPPED,
                Optional.of("my_claw_bot"),
                Optional.of(THEN),
                "the token was revoked"));
  }

  @Test
  void whatCanNotBeReadIsSaidWithoutTheToken() throws Exception {
    scene.setUp();
    Files.writeString(scene.fixture.host.home().database(), "no database ".repeat(1000));
    BotStatus unreadable = notRunning();
    assertThat(unreadable.state()).isEqualTo(State.UNKNOWN);
    assertThat(unreadable.user()).contains("my_claw_bot");
    assertThat(unreadable.sentence()).contains("claw.db", "backup");

    Path settings = scene.fixture.host.home().secrets().resolve("telegram.toml");
    Files.writeString(settings, "token = \"" + TelegramScene.TOKEN + "\"\nuser = 3\n");
    assertThat(notRunning().sentence())
        .contains("telegram.toml:2")
        .doesNotContain(TelegramScene.TOKEN);
  }

  @ParameterizedTest
  @CsvSource({
    "STARTING,STARTING",
    "RUNNING,POLLING",
    "WAITING,WAITING",
    "STOPPED,STOPPED",
    "ENDED,NOT_RUNNING"
  })
  void oneThatRunsSaysItself(Phase phase, State state) {
    BotStatus status =
        BotStatus.of(new TelegramStatus(phase, THEN, Optional.empty(), "why"), "my_claw_bot");
    assertThat(status)
        .isEqualTo(new BotStatus(state, Optional.of("my_claw_bot"), Optional.of(THEN), "why"));
    TelegramStatus timeless =
        new TelegramStatus(phase, Instant.EPOCH, Optional.empty(), "claw.db can't be read");
    assertThat(BotStatus.of(timeless, "my_claw_bot").since()).isEmpty();
  }
}
