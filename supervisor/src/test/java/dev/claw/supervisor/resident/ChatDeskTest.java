package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.Approvals;
import dev.claw.supervisor.ChatAccess;
import dev.claw.supervisor.Fixture;
import dev.claw.supervisor.TelegramFile;
import dev.claw.supervisor.chat.ChatService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the desk does about its settings, good and bad. */
class ChatDeskTest {
  private static final String SETTINGS =
      "token = \"4711:%s\"\nuser = \"my_bot\"\napi = \"http://127.0.0.1:1\"\n"
          .formatted("a".repeat(32));

  @TempDir Path folder;
  private final List<Boolean> needed = new ArrayList<>();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private Path settings = Path.of("/");
  private Path mark = Path.of("/");
  private ChatDesk desk;

  @BeforeEach
  void make() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    settings = fixture.host.home().secrets().resolve("telegram.toml");
    mark = folder.resolve("chatting");
    desk =
        new ChatDesk(
            new ChatAccess(fixture.host),
            new TelegramFile(fixture.host),
            mark,
            new ChatService(
                fixture.host,
                new Approvals(fixture.host, () -> {}),
                new ChatService.Ways(
                    () -> {
                      throw new AssertionError();
                    },
                    Duration.ZERO,
                    agent -> "")),
            needed::add,
            log::add,
            e -> {
              throw new AssertionError(e);
            });
  }

  @AfterEach
  void end() {
    desk.close();
  }

  private void write(String text) throws Exception {
    Files.writeString(settings, text);
    Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void looksForNothingEachMinuteWhereNothingIsSetUp() throws Exception {
    desk.look();
    assertThat(needed).containsExactly(false);
    write(SETTINGS);
    desk.upkeep();
    assertThat(needed).as("whoever sets it up says so").containsExactly(false);
    desk.lookAgain();
    assertThat(needed).containsExactly(false, true);
    assertThat(mark).exists();
  }

  @Test
  void endsTheBotOfSettingsThatAreGone() throws Exception {
    write(SETTINGS);
    desk.look();
    assertThat(mark).exists();
    Files.delete(settings);
    desk.upkeep();
    desk.upkeep();
    assertThat(mark).doesNotExist();
    assertThat(needed).containsExactly(true, false);
  }

  @Test
  void saysOnceWhatIsWrongWithSettingsAndGoesOnWhenTheyAreMended() throws Exception {
    write("token");
    desk.look();
    desk.upkeep();
    desk.upkeep();
    assertThat(log).hasSize(1).first().asString().contains("telegram.toml:1: ");
    assertThat(mark).doesNotExist();
    write(SETTINGS);
    desk.upkeep();
    assertThat(mark).exists();
    assertThat(needed).containsOnly(true);
  }
}
