package dev.claw.access.telegram;

import dev.claw.access.TelegramSettings;
import dev.claw.model.InvalidValueException;
import java.net.URI;

/**
 * Where a bot is served, and as which.
 *
 * @param api without a slash at its end; plain HTTP only on this machine, since the token is part
 *     of every address
 * @param token as BotFather gave it
 */
public record BotEndpoint(URI api, String token) {
  /** Accepts only what {@link #of} accepts. */
  public BotEndpoint {
    try {
      check(api, token);
    } catch (InvalidValueException e) {
      throw new IllegalArgumentException(e.getMessage());
    }
  }

  /**
   * @throws InvalidValueException without the token in its message
   */
  public static BotEndpoint of(URI api, String token) throws InvalidValueException {
    check(api, token);
    return new BotEndpoint(api, token);
  }

  private static void check(URI api, String token) throws InvalidValueException {
    var _ = TelegramSettings.checkApi(api.toString());
    TelegramSettings.checkToken(token);
  }

  /** The address of a method (core.telegram.org/bots/api#making-requests). It holds the token. */
  URI method(String name) {
    return URI.create(api + "/bot" + token + "/" + name);
  }

  /** The text without the token, whole or the secret part of it alone. */
  String clean(String text) {
    return text.replace(token, "TOKEN").replace(token.substring(token.indexOf(':') + 1), "TOKEN");
  }

  @Override
  public String toString() {
    return api.toString();
  }
}
