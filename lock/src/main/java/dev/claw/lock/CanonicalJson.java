package dev.claw.lock;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.model.Digest;
import dev.claw.model.Quoted;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The canonical form of RFC 8785 for what claw signs and hashes: strings, whole numbers within
 * ±2^53, booleans, arrays and objects. Fractions and null are refused, because programs differ in
 * how they write them.
 *
 * <p>Keys are sorted by UTF-16 code units, as the RFC says; {@code jq -cS} sorts by code points.
 * The two differ only where a key has a character above U+FFFF and another has one of U+E000 to
 * U+FFFF in its place; keys of a lock are ASCII. {@code jq} 1.6 also writes U+007F as an escape; a
 * reader by {@code jq} has to undo that, as {@code docs/verify-lock.sh} does.
 */
public final class CanonicalJson {
  /** The largest whole number that every JSON reader holds without loss. */
  public static final long LARGEST = 1L << 53;

  private CanonicalJson() {}

  /**
   * The canonical form in UTF-8.
   *
   * @throws JsonException if the tree holds a value outside the domain; the place is the path of
   *     keys
   */
  public static byte[] bytes(JsonNode node) throws JsonException {
    return text(node).getBytes(StandardCharsets.UTF_8);
  }

  /** The canonical form as text; see {@link #bytes}. */
  public static String text(JsonNode node) throws JsonException {
    StringBuilder out = new StringBuilder(1024);
    append(out, node, Place.ROOT);
    return out.toString();
  }

  /** The digest of the canonical form; see {@link #bytes}. */
  public static Digest digest(JsonNode node) throws JsonException {
    return Digest.of(bytes(node));
  }

  /** Where a value stands; written out for an error alone. */
  private record Place(@Nullable Place above, String key, int index) {
    static final Place ROOT = new Place(null, "", -1);

    Place field(String name) {
      return new Place(this, name, -1);
    }

    Place element(int at) {
      return new Place(this, "", at);
    }

    String path() {
      String before = above == null ? "" : above.path();
      if (index >= 0) {
        return before + "[" + index + "]";
      }
      return before.isEmpty() ? key : before + "." + key;
    }
  }

  private static void append(StringBuilder out, JsonNode node, Place place) throws JsonException {
    switch (node.getNodeType()) {
      case OBJECT -> appendObject(out, node, place);
      case ARRAY -> {
        out.append('[');
        for (int i = 0; i < node.size(); i++) {
          out.append(i == 0 ? "" : ",");
          append(out, node.get(i), place.element(i));
        }
        out.append(']');
      }
      case STRING -> appendText(out, node.textValue(), place);
      case BOOLEAN -> out.append(node.booleanValue());
      case NUMBER -> {
        if (!node.isIntegralNumber()
            || !node.canConvertToLong()
            || node.longValue() > LARGEST
            || node.longValue() < -LARGEST) {
          throw refused(place, Quoted.of(node.asText()));
        }
        out.append(node.longValue());
      }
      default -> throw refused(place, node.getNodeType().name());
    }
  }

  private static void appendObject(StringBuilder out, JsonNode node, Place place)
      throws JsonException {
    // String.compareTo compares UTF-16 code units.
    Map<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, JsonNode> field : sorted.entrySet()) {
      out.append(first ? "" : ",");
      first = false;
      Place below = place.field(field.getKey());
      appendText(out, field.getKey(), below);
      out.append(':');
      append(out, field.getValue(), below);
    }
    out.append('}');
  }

  private static void appendText(StringBuilder out, String text, Place place) throws JsonException {
    if (!JsonText.isWellFormed(text)) {
      throw new JsonException(
          place.path(),
          "expected well-formed Unicode, found a lone surrogate in " + Quoted.of(text));
    }
    JsonText.appendQuoted(out, text);
  }

  private static JsonException refused(Place place, String found) {
    return new JsonException(
        place.path(),
        "expected a string, a whole number within ±2^53, a boolean, an array or an object, found "
            + found);
  }
}
