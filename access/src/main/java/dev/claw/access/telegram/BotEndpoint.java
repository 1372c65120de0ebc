package dev.claw.access.telegram;

import dev.claw.model.InvalidValueException;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * Where a bot is served, and as which.
 *
 * @param api without a slash at its end; plain HTTP only on this machine, since the token is part
 *     of every address
 * @param token as BotFather gave it
 */
public record BotEndpoint(URI api, String token) {
  /** Telegram's own servers. */
  public static final URI TELEGRAM = URI.create("https://api.telegram.org");

  private static final Pattern TOKEN = Pattern.compile("[0-9]{1,20}:[A-Za-z0-9_-]{20,128}");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]");

  /** Accepts only what {@link #of} accepts. */
  public BotEndpoint {
    if (!TOKEN.matcher(token).matches() || !isBase(api)) {
      throw new IllegalArgumentException("not the address and token of a bot");
    }
  }

  /**
   * @throws InvalidValueException without the token in its message
   */
  public static BotEndpoint of(URI api, String token) throws InvalidValueException {
    if (!isBase(api)) {
      throw new InvalidValueException(
          "expected an address such as https://api.telegram.org, or http://127.0.0.1:PORT on this"
              + " machine, found another; the bot's token would be sent there");
    }
    if (!TOKEN.matcher(token).matches()) {
      throw new InvalidValueException(
          "expected a bot's token as BotFather shows it (digits, a colon, letters), found"
              + " something else; copy it whole");
    }
    return new BotEndpoint(api, token);
  }

  private static boolean isBase(URI api) {
    String host = api.getHost();
    return host != null
        && api.getRawUserInfo() == null
        && api.getRawQuery() == null
        && api.getRawFragment() == null
        && !api.getRawPath().endsWith("/")
        && ("https".equals(api.getScheme())
            || ("http".equals(api.getScheme()) && LOOPBACK.matcher(host).matches()));
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
