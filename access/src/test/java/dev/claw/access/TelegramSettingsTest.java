package dev.claw.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TelegramSettingsTest {
  private static final String TOKEN = "4711:AAbbCCddEEffGGhhIIjjKKllMMnn_oo-pp";
  private static final String API = "https://api.telegram.org";

  @Test
  void readsWhatItWrites() throws Exception {
    TelegramSettings settings = TelegramSettings.of(TOKEN, "my_bot", API);
    assertThat(settings.text())
        .isEqualTo("token = \"" + TOKEN + "\"\nuser = \"my_bot\"\napi = \"" + API + "\"\n");
    assertThat(TelegramSettings.parse(settings.text())).isEqualTo(settings);
  }

  @Test
  void readsCommentsBlanksAndCarriageReturns() throws Exception {
    assertThat(
            TelegramSettings.parse(
                "# mine\r\n\r\n  api=\"http://127.0.0.1:8081/x\" # local\r\n\tuser\t=\t\"my_bot\"\r\ntoken = \""
                    + TOKEN
                    + "\""))
        .isEqualTo(TelegramSettings.of(TOKEN, "my_bot", "http://127.0.0.1:8081/x"));
  }

  @Test
  void neverShowsTheToken() throws Exception {
    assertThat(TelegramSettings.of(TOKEN, "my_bot", API).toString()).doesNotContain("AAbb");
    for (String line :
        new String[] {
          "token = " + TOKEN, "token = \"" + TOKEN + "!\"", "token \"" + TOKEN + "\"", TOKEN
        }) {
      assertThatThrownBy(() -> TelegramSettings.parse(line))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageStartingWith("1: ")
          .message()
          .doesNotContain("AAbb");
    }
    assertThatThrownBy(() -> TelegramSettings.of(TOKEN + " ", "my_bot", API))
        .message()
        .doesNotContain("AAbb");
  }

  @Test
  void namesTheLineOfWhatItDoesNotKnow() {
    assertRefused("token = \"" + TOKEN + "\"\ntokne = \"x\"\n", "2: ", "'tokne'");
    assertRefused("user = \"my_bot\"\nuser = \"my_bot\"\n", "2: ", "found it again");
    assertRefused("user = \"my_bot\"\n", "2: ", "the key token");
    assertRefused("[telegram]\n", "1: ", "KEY = ");
    assertRefused("user = \"\\u202e_bot\"\n", "1: ", "without escapes");
    assertRefused("", "1: ", "the key token");
  }

  private static void assertRefused(String text, String start, String part) {
    assertThatThrownBy(() -> TelegramSettings.parse(text))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(start)
        .hasMessageContaining(part);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api.telegram.org",
        "https://",
        "https:///x",
        "https://api.telegram.org/",
        "https://ann@api.telegram.org",
        "https://api.telegram.org?x",
        "https://api.telegram.org#x",
        "http://api.telegram.org",
        "http://127.0.0.1.evil.example",
        "ftp://api.telegram.org",
        "file:/etc/passwd",
        "https://api.telegram.org/\u202e",
        "https://a b"
      })
  void sendsTheTokenNowhereInTheClear(String api) {
    assertThatThrownBy(() -> TelegramSettings.of(TOKEN, "my_bot", api))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("api: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1",
        "http://[::1]:8081",
        "http://localhost",
        "http://LOCALHOST",
        "http://127.0.0.2:1",
        "https://b.example/x"
      })
  void acceptsAnotherServer(String api) throws Exception {
    assertThat(TelegramSettings.of(TOKEN, "my_bot", api).api()).hasToString(api);
  }

  @ParameterizedTest
  @CsvSource({
    "4711, my_bot, token",
    "'', my_bot, token",
    "4711:AAbbCCddEEffGGhhIIjjKKllMMnn/../x, my_bot, token",
    "4711:AAbbCCddEEffGGhhIIjjKKllMMnn, my-bot, user",
    "4711:AAbbCCddEEffGGhhIIjjKKllMMnn, @my_bot, user",
    "4711:AAbbCCddEEffGGhhIIjjKKllMMnn, bot, user"
  })
  void refusesWhatIsNoTokenAndNoUser(String token, String user, String subject) {
    assertThatThrownBy(() -> TelegramSettings.of(token, user, API))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(subject + ": ");
  }
}
