package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.compiler.YamlNode.Sequence;
import dev.claw.model.ByteSize;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the keys of one section of a template as values. What is wrong is recorded, and the value
 * is then as good as absent, so that the rest is read as well.
 */
final class Fields {
  // More than JSON readers hold without loss can't stand in a lock.
  private static final ByteSize MOST = new ByteSize(1L << 53);

  private final Mapping map;
  private final String section;
  private final String shown;
  private final Problems problems;

  /**
   * @param section as {@link TemplateKeys} names it
   * @param shown as messages name it
   */
  Fields(Mapping map, String section, String shown, Problems problems) {
    this.map = map;
    this.section = section;
    this.shown = shown;
    this.problems = problems;
    List<String> known = TemplateKeys.SECTIONS.getOrDefault(section, List.of());
    for (Entry entry : map.entries()) {
      if (!known.contains(entry.key())) {
        problems.error(entry.at(), TemplateKeys.unknown(entry.key(), section, shown));
      }
    }
  }

  Problems problems() {
    return problems;
  }

  /** Where the section starts. */
  Position at() {
    return map.at();
  }

  /** Where a key stands, or else the section. */
  Position at(String key) {
    return map.find(key).map(Entry::at).orElse(map.at());
  }

  boolean has(String key) {
    return map.find(key).isPresent();
  }

  /** Whether the key has a list without elements. */
  boolean isEmptyList(String key) {
    return map.find(key)
        .filter(entry -> entry.value() instanceof Sequence sequence && sequence.items().isEmpty())
        .isPresent();
  }

  String path(String key) {
    return shown.isEmpty() ? key : shown + "." + key;
  }

  /** Records an error about a value. */
  void error(Position at, String key, String message) {
    problems.error(at, path(key) + ": " + message);
  }

  /** Records a warning about a value. */
  void warning(Position at, String key, String message) {
    problems.warning(at, path(key) + ": " + message);
  }

  void missing(String key, String example) {
    problems.error(
        map.at(),
        (shown.isEmpty() ? "the template" : shown)
            + ": "
            + key
            + " is missing; add it, such as "
            + example);
  }

  private Optional<YamlNode> value(String key, String expected) {
    Optional<YamlNode> value = map.find(key).map(Entry::value);
    if (value.isPresent() && value.get() instanceof Scalar scalar && scalar.isNull()) {
      error(
          scalar.at(),
          key,
          "expected " + expected + ", found nothing; write a value or leave the key out");
      return Optional.empty();
    }
    return value;
  }

  private void wrong(YamlNode node, String key, String expected) {
    error(node.at(), key, "expected " + expected + ", found " + node.described());
  }

  /** A single value, whatever YAML takes it for. */
  Optional<Scalar> scalar(String key, String expected) {
    Optional<YamlNode> value = value(key, expected);
    if (value.isPresent() && !(value.get() instanceof Scalar)) {
      wrong(value.get(), key, expected);
    }
    return value.filter(Scalar.class::isInstance).map(Scalar.class::cast);
  }

  /** Text, which YAML must not take for something else. */
  Optional<Scalar> text(String key, String expected) {
    return scalar(key, expected).filter(scalar -> isText(scalar, key));
  }

  private boolean isText(Scalar scalar, String key) {
    Optional<String> other = PlainScalars.notText(scalar);
    other.ifPresent(
        what ->
            error(
                scalar.at(),
                key,
                "expected text, found "
                    + Quoted.of(scalar.text())
                    + ", which is "
                    + what
                    + "; put it in quotes"));
    return other.isEmpty();
  }

  /** A list of texts; a single text is not one. */
  List<Scalar> texts(String key, String expected) {
    List<Scalar> texts = new ArrayList<>();
    for (YamlNode item : items(key, "a list of " + expected)) {
      if (item instanceof Scalar scalar && !scalar.isNull()) {
        if (isText(scalar, key)) {
          texts.add(scalar);
        }
      } else {
        wrong(item, key, expected);
      }
    }
    return texts;
  }

  /** The elements of a list; none where the key is absent. */
  List<YamlNode> items(String key, String expected) {
    Optional<YamlNode> value = value(key, expected);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get() instanceof Sequence sequence) {
      return sequence.items();
    }
    wrong(value.get(), key, expected);
    return List.of();
  }

  /** The maps of a list. */
  List<Fields> maps(String key) {
    List<Fields> maps = new ArrayList<>();
    int index = 0;
    for (YamlNode item : items(key, "a list of maps")) {
      String below = path(key) + "[" + index++ + "]";
      if (item instanceof Mapping inner) {
        maps.add(new Fields(inner, sectionOf(key) + "[]", below, problems));
      } else {
        problems.error(item.at(), below + ": expected a map, found " + item.described());
      }
    }
    return maps;
  }

  /** The section below a key; an empty one where the key is absent. */
  Fields section(String key) {
    return new Fields(
        raw(key).orElse(new Mapping(map.at(), List.of())), sectionOf(key), path(key), problems);
  }

  /** The map below a key, its own keys not looked at. */
  Optional<Mapping> raw(String key) {
    Optional<YamlNode> value = value(key, "a map");
    if (value.isPresent() && !(value.get() instanceof Mapping)) {
      wrong(value.get(), key, "a map");
    }
    return value.filter(Mapping.class::isInstance).map(Mapping.class::cast);
  }

  String sectionOf(String key) {
    return section.isEmpty() ? key : section + "." + key;
  }

  /** A whole number within bounds. */
  Optional<Long> whole(String key, long least, long most) {
    String expected = "a whole number from " + least + " to " + most;
    return scalar(key, expected).flatMap(scalar -> whole(scalar, key, least, most));
  }

  Optional<Long> whole(Scalar scalar, String key, long least, long most) {
    try {
      return Optional.of(PlainScalars.whole(scalar, least, most));
    } catch (InvalidValueException e) {
      error(scalar.at(), key, e.getMessage());
      return Optional.empty();
    }
  }

  /** {@code true} or {@code false}. */
  Optional<Boolean> flag(String key) {
    return scalar(key, "true or false")
        .flatMap(
            scalar -> {
              if (scalar.plain() && scalar.text().matches("true|false")) {
                return Optional.of(scalar.text().equals("true"));
              }
              error(scalar.at(), key, "expected true or false, found " + scalar.described());
              return Optional.empty();
            });
  }

  /** One of some words. */
  <T> Optional<T> word(String key, Map<String, T> words) {
    String expected = "one of " + String.join(", ", words.keySet());
    return scalar(key, expected)
        .flatMap(
            scalar -> {
              if (words.containsKey(scalar.text())) {
                return Optional.of(words.get(scalar.text()));
              }
              Optional<String> near = Nearest.find(scalar.text(), words.keySet());
              error(
                  scalar.at(),
                  key,
                  "expected "
                      + expected
                      + ", found "
                      + scalar.described()
                      + near.map(word -> "; did you mean '" + word + "'?").orElse(""));
              return Optional.empty();
            });
  }

  /** A size of at least so many bytes. */
  Optional<ByteSize> size(String key, ByteSize least) {
    return scalar(key, "a size such as 2GiB")
        .flatMap(
            scalar -> {
              try {
                ByteSize size = ByteSize.parse(scalar.text());
                if (size.bytes() >= least.bytes() && size.bytes() <= MOST.bytes()) {
                  return Optional.of(size);
                }
                error(
                    scalar.at(),
                    key,
                    "expected a size from "
                        + least
                        + " to "
                        + MOST
                        + ", found "
                        + scalar.described());
              } catch (InvalidValueException e) {
                error(scalar.at(), key, e.getMessage() + binary(scalar.text()));
              }
              return Optional.empty();
            });
  }

  private static String binary(String text) {
    return text.matches("[0-9]+[KMGT]B?")
        ? "; did you mean '" + text.replace("B", "") + "iB'?"
        : "";
  }
}
