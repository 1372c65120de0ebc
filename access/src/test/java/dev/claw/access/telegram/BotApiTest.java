package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.access.AccessException;
import dev.claw.access.TelegramSettings;
import dev.claw.access.telegram.BotApiException.Kind;
import dev.claw.model.InvalidValueException;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.telegram.telegrambots.meta.api.methods.GetMe;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;

class BotApiTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final TelegramServer server = new TelegramServer();

  @AfterEach
  void end() {
    server.close();
  }

  private Kind kindOf(String failure) throws InterruptedException {
    server.control("fail", failure);
    try (BotApi api = new BotApi(server.endpoint())) {
      api.call(new GetMe(), failure.contains("hang") ? Duration.ofMillis(500) : LONG);
      throw new AssertionError("no failure");
    } catch (BotApiException e) {
      assertThat(e).hasNoCause().hasMessageNotContaining("AAH-test");
      return e.kind();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"error_code\": 400, \"description\": \"Bad Request\"} | REFUSED",
        "{\"error_code\": 401, \"description\": \"Unauthorized\"} | REVOKED",
        "{\"error_code\": 404, \"description\": \"Not Found\"} | REVOKED",
        "{\"error_code\": 409, \"description\": \"Conflict\"} | CONFLICT",
        "{\"error_code\": 429, \"description\": \"Too Many\"} | RATE",
        "{\"error_code\": 500, \"description\": \"4242:AAH-test-token-of-nobody_0123456789\"} | SERVER",
        "{\"status\": 502, \"body\": \"<html>\"} | SERVER",
        "{\"status\": 200, \"body\": \"<html>\"} | GARBLED",
        "{\"hang\": true} | UNREACHABLE",
        "{\"reset\": true} | UNREACHABLE",
        "{\"truncate\": true} | UNREACHABLE",
        "{\"huge\": 9000000} | TOO_LARGE",
      })
  void tellsFailuresApart(String failure, Kind kind) throws Exception {
    assertThat(kindOf(failure)).isEqualTo(kind);
  }

  @Test
  void saysWhatAServerThatIsGoneIsLikeWithoutTheToken() {
    server.vanish();
    assertThatExceptionOfType(AccessException.class)
        .isThrownBy(() -> BotIdentity.of(server.endpoint()))
        .withMessageContaining("can't be reached")
        .matches(e -> !String.valueOf(e.getMessage()).contains("AAH-test"));
  }

  @Test
  void findsOutWhichBotItIs() throws Exception {
    assertThat(BotIdentity.of(server.endpoint()))
        .isEqualTo(new BotIdentity(4242, "claw_test_bot", "claw test"));

    server.control("revoke", "{}");
    assertThatExceptionOfType(AccessException.class)
        .isThrownBy(() -> BotIdentity.of(server.endpoint()))
        .withMessageContaining("BotFather");
  }

  /** The tests would prove nothing if the server took what Telegram refuses. */
  @Test
  void theServerRefusesWhatTelegramRefuses() throws Exception {
    try (BotApi api = new BotApi(server.endpoint())) {
      assertThatThrownBy(() -> api.call(new SendMessage("7", "hello"), LONG))
          .hasMessageContaining("chat not found");
      server.write(7, "/start");
      api.call(new SendMessage("7", "x".repeat(4096)), LONG);
      for (String text : new String[] {"x".repeat(4097), "😀".repeat(2049)}) {
        assertThatThrownBy(() -> api.call(new SendMessage("7", text), LONG))
            .hasMessageContaining("message is too long");
      }
      assertThatThrownBy(() -> api.call(new SendMessage("7", " \n "), LONG))
          .hasMessageContaining("message text is empty");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://api.telegram.org",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example:80",
        "https://user@api.telegram.org",
        "https://api.telegram.org/",
        "https://api.telegram.org?x",
        "ftp://127.0.0.1",
        "api.telegram.org"
      })
  void sendsTheTokenToNoSuchPlace(String api) {
    assertThatExceptionOfType(InvalidValueException.class)
        .isThrownBy(() -> BotEndpoint.of(URI.create(api), TelegramServer.TOKEN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://api.telegram.org",
        "https://bots.example:8443/telegram",
        "http://127.0.0.1:8081",
        "http://localhost:8081",
        "http://LOCALHOST:8081",
        "http://127.0.0.2:8081",
        "http://[::1]:8081"
      })
  void takesAnAddress(String api) throws Exception {
    BotEndpoint endpoint = BotEndpoint.of(URI.create(api), TelegramServer.TOKEN);
    assertThat(endpoint.method("getMe").toString())
        .isEqualTo(api + "/bot" + TelegramServer.TOKEN + "/getMe");
    assertThat(endpoint.toString()).isEqualTo(api);
  }

  @Test
  void takesNoOtherToken() {
    for (String token : new String[] {"", "4242", "4242:short", TelegramServer.TOKEN + "/x"}) {
      assertThatExceptionOfType(InvalidValueException.class)
          .isThrownBy(() -> BotEndpoint.of(TelegramSettings.API, token))
          .matches(e -> token.isEmpty() || !String.valueOf(e.getMessage()).contains(token));
    }
  }

  @Test
  void backsOffUpToAMinute() {
    BackOff backOff = new BackOff(new Random(1));
    for (int failures = 1; failures < 100; failures++) {
      long whole = failures > 6 ? 60_000 : 1_000L << (failures - 1);
      assertThat(backOff.delay(failures).toMillis()).isBetween(whole / 2, whole);
    }
  }
}
