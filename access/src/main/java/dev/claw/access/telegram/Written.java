package dev.claw.access.telegram;

import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command as somebody wrote it: {@code /word}, perhaps {@code @bot}, then what follows.
 *
 * @param word in lower case, without the slash
 * @param rest stripped; it may have several lines
 */
record Written(String word, String rest) {
  /**
   * The shortest that could be a pairing token; an agent's name of that length that one is not
   * paired with leads nowhere either way.
   */
  static final int SHORTEST_TOKEN = 20;

  private static final Pattern COMMAND =
      Pattern.compile("/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]{1,64})?(?:\\s+(.*))?", Pattern.DOTALL);
  private static final Pattern SPACE = Pattern.compile("\\s+");

  /** Empty where it is no command. */
  static Optional<Written> parse(String text) {
    Matcher matcher = COMMAND.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String rest = matcher.group(2);
    return Optional.of(
        new Written(matcher.group(1).toLowerCase(Locale.ROOT), rest == null ? "" : rest.strip()));
  }

  /** What follows, word by word. */
  List<String> words() {
    return rest.isEmpty() ? List.of() : List.of(SPACE.split(rest));
  }

  /** The first word that follows, as an agent's name, where it could be one. */
  Optional<AgentName> name() {
    return words().isEmpty() ? Optional.empty() : name(words().getFirst());
  }

  static Optional<AgentName> name(String word) {
    try {
      return Optional.of(AgentName.parse(word));
    } catch (InvalidValueException e) {
      return Optional.empty();
    }
  }

  /** What follows the first word. */
  String afterFirst() {
    String[] parts = SPACE.split(rest, 2);
    return parts.length < 2 ? "" : parts[1];
  }

  /** For the record of what was begun: no token, and nothing of what is said to an agent. */
  String note() {
    if (Verb.find(word).isEmpty()) {
      return "";
    }
    boolean perhapsToken = word.equals("start") && rest.length() >= SHORTEST_TOKEN;
    return "/"
        + word
        + (perhapsToken || Verb.find(word).flatMap(Verb::action).isEmpty()
            ? ""
            : name().map(name -> " " + name).orElse(""));
  }
}
