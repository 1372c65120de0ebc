package dev.claw.access.telegram;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * Any bytes as a list of updates: they are read, or refused as no answer of the Bot API; what is
 * noted of them is short. The build replays the known inputs; {@code JAZZER_FUZZ=1} looks for new
 * ones.
 */
class UpdateFuzzTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @FuzzTest(maxDuration = "10m")
  void readsOrRefuses(byte[] bytes) {
    try {
      for (Incoming update : UpdateReader.read(JSON.readTree(bytes))) {
        if (update.updateId() < 0) {
          throw new AssertionError("an update without a number");
        }
        if (update instanceof Incoming.Text text) {
          String note = Written.parse(text.text()).map(Written::note).orElse("");
          if (note.length() > 80 || !note.equals(ChatText.clean(note))) {
            throw new AssertionError("noted: " + note);
          }
          text.from().shown();
        }
      }
    } catch (IOException | BotApiException e) {
      // As it should be.
    }
  }
}
