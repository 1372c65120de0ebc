package dev.claw.supervisor;

import dev.claw.access.TelegramSettings;
import dev.claw.access.telegram.TelegramStatus.Phase;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.time.Instant;

/** A state folder where a bot can be set up, and have left word of how it fares. */
final class TelegramScene {
  static final String TOKEN = "4242:AAH-test-token-of-nobody_0123456789";

  final Fixture fixture;
  final TelegramFile file;

  TelegramScene(Path folder) throws Exception {
    fixture = Fixture.initialised(folder);
    file = new TelegramFile(fixture.host);
  }

  void setUp() throws Exception {
    file.replace(TelegramSettings.of(TOKEN, "my_claw_bot", "https://api.telegram.org"));
  }

  void left(Phase phase, Instant since, String sentence) throws Exception {
    try (StateDatabase state = StateDatabase.open(fixture.host.home().database())) {
      state.inTransaction(
          connection -> {
            try (PreparedStatement insert =
                connection.prepareStatement(
                    "INSERT INTO telegram_state (one, phase, since, sentence)"
                        + " VALUES (1, ?, ?, ?)")) {
              insert.setString(1, phase.name());
              insert.setLong(2, since.toEpochMilli());
              insert.setString(3, sentence);
              return insert.executeUpdate();
            }
          });
    }
  }
}
