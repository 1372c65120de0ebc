package dev.claw.compiler;

import dev.claw.model.Quoted;
import java.util.List;
import java.util.Optional;

/** A piece of a YAML document that knows where it stands. */
public sealed interface YamlNode {
  /** Where the node starts. */
  Position at();

  /** What a message calls it: {@code a map}, {@code a list}, {@code 'text'}. */
  String described();

  /** A map; its keys are plain or quoted text, each there once. */
  record Mapping(Position at, List<Entry> entries) implements YamlNode {
    /** Copies the list. */
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The entry of this key. */
    public Optional<Entry> find(String key) {
      return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
    }

    @Override
    public String described() {
      return "a map";
    }
  }

  /** A key and its value. */
  record Entry(Position at, String key, YamlNode value) {}

  /** A list. */
  record Sequence(Position at, List<YamlNode> items) implements YamlNode {
    /** Copies the list. */
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String described() {
      return "a list";
    }
  }

  /**
   * A single value.
   *
   * @param text its characters, quotes and escapes resolved
   * @param plain written without quotes and not as a block, so that it may be a number, a boolean
   *     or nothing
   */
  record Scalar(Position at, String text, boolean plain) implements YamlNode {
    /** Whether it stands for no value: empty, {@code null} or {@code ~}. */
    public boolean isNull() {
      return plain && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
    }

    @Override
    public String described() {
      return isNull() ? "nothing" : Quoted.of(text);
    }
  }
}
