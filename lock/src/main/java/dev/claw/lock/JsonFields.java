package dev.claw.lock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.Digest;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON tree, read strictly: a key that is unknown, missing or of another type is an
 * error that names the path of keys, what was expected and what was found.
 */
public final class JsonFields {
  private final String path;
  private final ObjectNode object;

  private JsonFields(String path, ObjectNode object) {
    this.path = path;
    this.object = object;
  }

  /**
   * @param path of this object; empty for the top
   * @param keys all keys that it may have
   * @throws JsonException if the node is no object or has another key
   */
  public static JsonFields of(JsonNode node, String path, String... keys) throws JsonException {
    if (!(node instanceof ObjectNode object)) {
      throw new JsonException(
          path.isEmpty() ? "1:1" : path, "expected an object, found " + kind(node));
    }
    JsonFields fields = new JsonFields(path, object);
    List<String> known = Arrays.asList(keys);
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!known.contains(field.getKey())) {
        throw new JsonException(
            fields.path(field.getKey()),
            "unknown key; expected one of " + String.join(", ", known));
      }
    }
    return fields;
  }

  /** The object under a key, which has no keys but these. */
  public JsonFields object(String key, String... keys) throws JsonException {
    return of(node(key, "an object"), path(key), keys);
  }

  /** The array of objects under a key, none of which has keys but these. */
  public List<JsonFields> objects(String key, String... keys) throws JsonException {
    List<JsonFields> objects = new ArrayList<>();
    for (JsonNode element : array(key)) {
      objects.add(of(element, path(key) + "[" + objects.size() + "]", keys));
    }
    return objects;
  }

  /** The object under a key as it stands, unchecked. */
  public ObjectNode tree(String key) throws JsonException {
    if (node(key, "an object") instanceof ObjectNode found) {
      return found;
    }
    throw wrong(key, "an object");
  }

  /** The text under a key. */
  public String text(String key) throws JsonException {
    JsonNode node = node(key, "a text");
    if (!node.isTextual()) {
      throw wrong(key, "a text");
    }
    return node.textValue();
  }

  /** The text under a key; empty where the key is absent. */
  public Optional<String> findText(String key) throws JsonException {
    return object.has(key) ? Optional.of(text(key)) : Optional.empty();
  }

  /** The array of texts under a key. */
  public List<String> texts(String key) throws JsonException {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array(key)) {
      if (!element.isTextual()) {
        throw new JsonException(
            path(key) + "[" + texts.size() + "]", "expected a text, found " + kind(element));
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  /** The map from text to text under a key. */
  public Map<String, String> textMap(String key) throws JsonException {
    Map<String, String> map = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : tree(key).properties()) {
      if (!field.getValue().isTextual()) {
        throw new JsonException(
            path(key) + "." + field.getKey(), "expected a text, found " + kind(field.getValue()));
      }
      map.put(field.getKey(), field.getValue().textValue());
    }
    return map;
  }

  /** The whole number under a key, between two bounds. */
  public long integer(String key, long least, long most) throws JsonException {
    String expected = "a whole number from " + least + " to " + most;
    JsonNode node = node(key, expected);
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(key, expected);
    }
    return inRange(node, path(key), expected, least, most);
  }

  /** The array of whole numbers under a key, each between two bounds. */
  public List<Integer> integers(String key, int least, int most) throws JsonException {
    String expected = "a whole number from " + least + " to " + most;
    List<Integer> integers = new ArrayList<>();
    for (JsonNode element : array(key)) {
      integers.add(
          (int) inRange(element, path(key) + "[" + integers.size() + "]", expected, least, most));
    }
    return integers;
  }

  /** The boolean under a key. */
  public boolean flag(String key) throws JsonException {
    JsonNode node = node(key, "true or false");
    if (!node.isBoolean()) {
      throw wrong(key, "true or false");
    }
    return node.booleanValue();
  }

  /** The digest under a key. */
  public Digest digest(String key) throws JsonException {
    return value(key, Digest::parse);
  }

  /** The digest under a key; empty where the key is absent. */
  public Optional<Digest> findDigest(String key) throws JsonException {
    return object.has(key) ? Optional.of(digest(key)) : Optional.empty();
  }

  /** The constant of an enum under a key, written in lower case. */
  public <E extends Enum<E>> E word(String key, Class<E> type) throws JsonException {
    String found = text(key);
    List<String> words = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT);
      if (word.equals(found)) {
        return constant;
      }
      words.add(word);
    }
    throw wrong(key, "one of " + String.join(", ", words));
  }

  /** A value that has a textual form of its own. */
  public <T> T value(String key, Parser<T> parser) throws JsonException {
    String text = text(key);
    try {
      return parser.parse(text);
    } catch (InvalidValueException e) {
      throw new JsonException(path(key), String.valueOf(e.getMessage()));
    }
  }

  /** Accepts nothing but this value under a key. */
  public void constant(String key, JsonNode expected) throws JsonException {
    String form = form(expected);
    if (!node(key, form).equals(expected)) {
      throw wrong(key, form);
    }
  }

  /** Whether the key is present. */
  public boolean has(String key) {
    return object.has(key);
  }

  /** The path of a key of this object. */
  public String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Reads a text, or says what it should have been. */
  @FunctionalInterface
  public interface Parser<T> {
    /** Reads the text. */
    T parse(String text) throws InvalidValueException;
  }

  private JsonNode array(String key) throws JsonException {
    JsonNode node = node(key, "an array");
    if (!node.isArray()) {
      throw wrong(key, "an array");
    }
    return node;
  }

  private JsonNode node(String key, String expected) throws JsonException {
    JsonNode node = object.get(key);
    if (node == null) {
      throw new JsonException(path(key), "expected " + expected + ", found no such key");
    }
    return node;
  }

  private JsonException wrong(String key, String expected) {
    return new JsonException(
        path(key), "expected " + expected + ", found " + form(object.get(key)));
  }

  private static long inRange(JsonNode node, String at, String expected, long least, long most)
      throws JsonException {
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < least
        || node.longValue() > most) {
      throw new JsonException(at, "expected " + expected + ", found " + form(node));
    }
    return node.longValue();
  }

  private static String form(@Nullable JsonNode node) {
    if (node == null) {
      return "nothing";
    }
    return node.isTextual()
        ? Quoted.of(node.textValue())
        : node.isContainerNode()
            ? kind(node) + (node.isEmpty() ? " without elements" : "")
            : node.asText();
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      default -> "null";
    };
  }
}
