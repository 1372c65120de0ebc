package dev.claw.access.telegram;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.access.AccessException;
import java.time.Duration;
import org.telegram.telegrambots.meta.api.methods.GetMe;

/**
 * Which bot a token belongs to.
 *
 * @param userName by which people find it, without {@code @}
 * @param displayName as its owner named it, cleaned
 */
public record BotIdentity(long id, String userName, String displayName) {
  static final Duration ANSWER = Duration.ofSeconds(30);

  private static final int LONGEST_NAME = 64;

  /**
   * Asks the service.
   *
   * @throws AccessException where it can't be reached or knows no such bot; the message says what
   *     to do and never holds the token
   */
  public static BotIdentity of(BotEndpoint endpoint) throws AccessException, InterruptedException {
    try (BotApi api = new BotApi(endpoint)) {
      JsonNode me = api.call(new GetMe(), ANSWER);
      String userName = me.path("username").asText("");
      if (!userName.matches("[A-Za-z0-9_]{1,64}") || !me.path("id").canConvertToLong()) {
        throw new AccessException(
            endpoint + ": expected a bot with a user name, found none; is this the Bot API?");
      }
      return new BotIdentity(
          me.path("id").longValue(),
          userName,
          ChatText.line(me.path("first_name").asText(""), LONGEST_NAME));
    } catch (BotApiException e) {
      throw new AccessException(
          e.kind() == BotApiException.Kind.REVOKED
              ? endpoint
                  + ": knows no bot by this token; copy it whole from BotFather, or ask BotFather"
                  + " for a new one with /token"
              : String.valueOf(e.getMessage()),
          e);
    }
  }
}
