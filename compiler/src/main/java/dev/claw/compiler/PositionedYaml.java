package dev.claw.compiler;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.compiler.YamlNode.Sequence;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads YAML of the plain kind that configuration needs, with positions and within bounds: one
 * document of at most 1 MiB, 32 levels and 10,000 values; no anchors, aliases, tags, directives,
 * merge keys or duplicate keys.
 */
public final class PositionedYaml {
  private static final int DEEPEST = 32;
  private static final int MOST_NODES = 10_000;
  private static final YAMLFactory FACTORY = new YAMLFactory();

  private static final Pattern NO_TEXT =
      Pattern.compile("(?i:~|null|true|false)|[-+]?(?:\\.?[0-9]).*|[-+]?(?i:\\.inf|\\.nan)");

  private final String file;
  private final int[] text;
  private final YAMLParser parser;
  private final Problems problems;
  private int nodes;
  private boolean references;

  private PositionedYaml(String file, String text, YAMLParser parser, Problems problems) {
    this.file = file;
    this.text = text.codePoints().toArray();
    this.parser = parser;
    this.problems = problems;
  }

  /**
   * Reads one document whose root is a map.
   *
   * @param file what messages call it
   * @param problems takes what is wrong
   * @return empty where an error keeps the document from being read
   */
  public static Optional<Mapping> parse(String file, String text, Problems problems) {
    if (!YamlText.check(file, text, problems)) {
      return Optional.empty();
    }
    try (YAMLParser parser = FACTORY.createParser(text)) {
      return new PositionedYaml(file, text, parser, problems).document();
    } catch (Stopped e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      problems.error(position(file, e.getLocation()), explained(e.getOriginalMessage()));
      return Optional.empty();
    } catch (IOException e) {
      throw new AssertionError("a text in memory has no I/O errors", e);
    }
  }

  private Optional<Mapping> document() throws IOException, Stopped {
    if (parser.nextToken() == null) {
      problems.error(new Position(file, 1, 1), "expected a map of keys, found an empty file");
      return Optional.empty();
    }
    YamlNode root = read(1);
    if (references) {
      // What an alias or a tag would have stood for is unknown, and so is all that depends on it.
      return Optional.empty();
    }
    if (parser.nextToken() != null) {
      throw stop(at(), "expected one YAML document, found more after it");
    }
    if (root instanceof Mapping mapping) {
      return Optional.of(mapping);
    }
    problems.error(
        root.at(), "expected a map of keys such as 'name: coder', found " + root.described());
    return Optional.empty();
  }

  private YamlNode read(int depth) throws IOException, Stopped {
    Position at = at();
    if (depth > DEEPEST) {
      throw stop(at, "expected at most " + DEEPEST + " levels of maps and lists, found more");
    }
    if (++nodes > MOST_NODES) {
      throw stop(at, "expected at most " + MOST_NODES + " values in a file, found more");
    }
    refuseReferences(at);
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> mapping(at, depth);
      case START_ARRAY -> {
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(depth + 1));
        }
        yield new Sequence(at, items);
      }
      case VALUE_STRING -> new Scalar(at, parser.getText(), isPlain());
      case VALUE_NULL -> new Scalar(at, "", true);
      default -> new Scalar(at, parser.getText(), true);
    };
  }

  private Mapping mapping(Position at, int depth) throws IOException, Stopped {
    List<Entry> entries = new ArrayList<>();
    Map<String, Position> seen = new HashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Position keyAt = at();
      String key = parser.currentName();
      refuseReferences(keyAt);
      boolean plain = isPlain();
      if (plain && key.equals("<<")) {
        problems.error(keyAt, "a merge key '<<' is not allowed; a template can use 'extends'");
      } else if (key.isEmpty() || (plain && NO_TEXT.matcher(key).matches())) {
        problems.error(
            keyAt, "expected a key that is text, found " + Quoted.of(key) + "; put it in quotes");
      }
      Position first = seen.putIfAbsent(key, keyAt);
      if (first != null) {
        problems.error(
            keyAt,
            "key "
                + Quoted.of(key)
                + " is there twice, first in line "
                + first.line()
                + "; remove one");
      }
      parser.nextToken();
      YamlNode value = read(depth + 1);
      if (first == null) {
        entries.add(new Entry(keyAt, key, value));
      }
    }
    return new Mapping(at, entries);
  }

  private void refuseReferences(Position at) throws IOException {
    int before = problems.size();
    if (parser.isCurrentAlias()) {
      problems.error(at, "an alias (*) is not allowed, since a few can stand for gigabytes;" + OUT);
    } else if (parser.getObjectId() != null) {
      problems.error(at, "an anchor (&) is not allowed;" + OUT);
    } else if (parser.getTypeId() != null) {
      problems.error(at, "a tag (!) is not allowed; write the plain value");
    }
    references |= problems.size() > before;
  }

  private static final String OUT = " write the value out where it is used";

  /** Whether the current scalar is without quotes and no block, going by its first character. */
  private boolean isPlain() {
    long offset = parser.currentTokenLocation().getCharOffset();
    if (offset < 0 || offset >= text.length) {
      return true;
    }
    int first = text[(int) offset];
    return first != '"' && first != '\'' && first != '|' && first != '>';
  }

  private Position at() {
    return position(file, parser.currentTokenLocation());
  }

  private static Position position(String file, JsonLocation place) {
    return place == null || place.getLineNr() < 1
        ? new Position(file, 1, 1)
        : new Position(file, place.getLineNr(), Math.max(1, place.getColumnNr()));
  }

  // The parser's message has the problem between indented lines that quote the place.
  private static String explained(String message) {
    if (message.contains("TAB")) {
      return YamlText.TAB;
    }
    if (message.startsWith("Expected a field name")) {
      return "expected a key that is text, found a list or a map";
    }
    String what =
        message
            .lines()
            .filter(line -> !line.isBlank() && !line.startsWith(" "))
            .reduce((before, after) -> after)
            .orElse("unreadable");
    String shown = Quoted.visible(what.length() > 160 ? what.substring(0, 160) + "…" : what);
    return "not YAML: "
        + shown
        + (what.contains("mapping values")
            ? "; put a text that holds ': ' in quotes, and check the indentation"
            : "");
  }

  private Stopped stop(Position at, String message) {
    problems.error(at, message);
    return new Stopped();
  }

  /** Reading on makes no sense; the problem is already recorded. */
  private static final class Stopped extends Exception {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super(null, null, false, false);
    }
  }
}
