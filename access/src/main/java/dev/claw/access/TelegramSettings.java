package dev.claw.access;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code secrets/telegram.toml} holds: three lines of TOML 1.0, each a key and a basic string.
 *
 * <pre>
 * token = "4711:AA…"
 * user = "my_bot"
 * api = "https://api.telegram.org"
 * </pre>
 *
 * Neither {@link #toString} nor any error shows the token.
 *
 * @param token of the bot, as BotFather gives it out
 * @param user name of the bot without {@code @}
 * @param api where the Bot API is, without a slash at its end; {@code http} only on this machine
 */
public record TelegramSettings(String token, String user, URI api) {
  /** Most bytes of the file. */
  public static final int LARGEST = 8 * 1024;

  /** Where the API is unless somebody says otherwise. */
  public static final URI API = URI.create("https://api.telegram.org");

  private static final int LONGEST_ADDRESS = 1024;
  private static final Pattern TOKEN = Pattern.compile("[0-9]{1,20}:[A-Za-z0-9_-]{20,128}");
  // https://core.telegram.org/bots/features#botfather: 5 to 32 of these.
  private static final Pattern USER = Pattern.compile("[A-Za-z][A-Za-z0-9_]{4,31}");
  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9_-]+)[ \\t]*=[ \\t]*\"([^\"\\\\]*)\"[ \\t]*(?:#.*)?");
  private static final Pattern NOTHING = Pattern.compile("[ \\t]*(?:#.*)?");
  private static final List<String> KEYS = List.of("token", "user", "api");
  private static final Pattern PRINTABLE = Pattern.compile("[!-~]+");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]");

  /** Accepts only what {@link #of} accepts. */
  public TelegramSettings {
    try {
      checkToken(token);
      checkUser(user);
      checkApi(api.toString());
    } catch (InvalidValueException e) {
      throw new IllegalArgumentException(e.getMessage());
    }
  }

  /**
   * The settings, checked.
   *
   * @throws InvalidValueException naming the one that is none
   */
  public static TelegramSettings of(String token, String user, String api)
      throws InvalidValueException {
    checkToken(token);
    checkUser(user);
    return new TelegramSettings(token, user, checkApi(api));
  }

  /**
   * Reads the file's text.
   *
   * @throws InvalidValueException whose message begins with the number of the line and a colon
   */
  public static TelegramSettings parse(String text) throws InvalidValueException {
    List<String> lines = new ArrayList<>(List.of(text.split("\r?\n", -1)));
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!NOTHING.matcher(lines.get(i)).matches()) {
        read(lines.get(i).strip(), i + 1, values);
      }
    }
    for (String key : KEYS) {
      if (!values.containsKey(key)) {
        throw new InvalidValueException(
            lines.size() + ": expected the key " + key + ", found none");
      }
    }
    return new TelegramSettings(
        values.getOrDefault("token", ""),
        values.getOrDefault("user", ""),
        URI.create(values.getOrDefault("api", "")));
  }

  private static void read(String line, int number, Map<String, String> values)
      throws InvalidValueException {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      // Without what was found: it may be the token.
      throw new InvalidValueException(
          number + ": expected KEY = \"VALUE\" without escapes, found something else");
    }
    String key = matcher.group(1);
    if (!KEYS.contains(key)) {
      throw new InvalidValueException(
          number + ": expected one of " + String.join(", ", KEYS) + ", found " + Quoted.of(key));
    }
    try {
      switch (key) {
        case "token" -> checkToken(matcher.group(2));
        case "user" -> checkUser(matcher.group(2));
        default -> checkApi(matcher.group(2));
      }
    } catch (InvalidValueException e) {
      throw new InvalidValueException(number + ": " + e.getMessage());
    }
    if (values.put(key, matcher.group(2)) != null) {
      throw new InvalidValueException(number + ": expected " + key + " once, found it again");
    }
  }

  /** The file's text, which {@link #parse} reads. */
  public String text() {
    return "token = \"%s\"\nuser = \"%s\"\napi = \"%s\"\n".formatted(token, user, api);
  }

  /**
   * Refuses what BotFather would not give out.
   *
   * @throws InvalidValueException without what was found: it may be the token
   */
  public static void checkToken(String token) throws InvalidValueException {
    if (!TOKEN.matcher(token).matches()) {
      throw new InvalidValueException(
          "token: expected NUMBER:LETTERS as BotFather gives it out, found something else");
    }
  }

  private static void checkUser(String user) throws InvalidValueException {
    if (!USER.matcher(user).matches()) {
      throw new InvalidValueException(
          "user: expected the bot's user name, 5 to 32 of A-Z, a-z, 0-9 and '_', found "
              + Quoted.of(user));
    }
  }

  /** The address of a Bot API to which a token may be sent. */
  public static URI checkApi(String api) throws InvalidValueException {
    try {
      if (api.length() <= LONGEST_ADDRESS) {
        URI uri = new URI(api);
        if (isSafe(uri)) {
          return uri;
        }
      }
    } catch (URISyntaxException e) {
      // as where it is not safe
    }
    throw new InvalidValueException(
        "api: expected https://HOST without a slash at its end, or http:// on 127.0.0.1, found "
            + Quoted.of(api));
  }

  /** Every request's path holds the token: it goes over no network in the clear. */
  private static boolean isSafe(URI uri) {
    String host = uri.getHost();
    return PRINTABLE.matcher(uri.toString()).matches()
        && uri.getScheme() != null
        && host != null
        && uri.getRawUserInfo() == null
        && uri.getRawQuery() == null
        && uri.getRawFragment() == null
        && !uri.getRawPath().endsWith("/")
        && switch (uri.getScheme()) {
          case "https" -> true;
          case "http" -> LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
          default -> false;
        };
  }

  @Override
  public String toString() {
    return "TelegramSettings[user=" + user + ", api=" + api + "]";
  }
}
