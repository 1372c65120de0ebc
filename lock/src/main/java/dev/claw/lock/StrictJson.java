package dev.claw.lock;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON (RFC 8259) that somebody else may have written. What two readers could understand
 * differently is refused: duplicate keys, text after the end, NaN, a minus zero, malformed UTF-8, a
 * byte order mark, lone surrogates. So is what costs without bound: size, depth beyond {@link
 * #DEEPEST}, numbers of more than 100 digits.
 */
public final class StrictJson {
  /** Arrays and objects within each other. */
  public static final int DEEPEST = 64;

  // Field names are neither interned nor kept in a table, both of which a hostile text can fill.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(DEEPEST).maxNumberLength(100).build())
          .build();

  private StrictJson() {}

  /**
   * Reads one JSON value.
   *
   * @param limit most bytes to look at
   * @throws JsonException with {@code LINE:COLUMN}, counted in characters from 1
   */
  public static JsonNode parse(byte[] bytes, int limit) throws JsonException {
    if (bytes.length > limit) {
      throw new JsonException(
          "1:1", "expected at most " + limit + " bytes of JSON, found " + bytes.length);
    }
    char[] text = decode(bytes);
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new JsonException("1:1", "expected a JSON value, found nothing");
      }
      JsonNode node = read(parser);
      if (parser.nextToken() != null) {
        throw at(parser, "expected the end, found more after the JSON value");
      }
      return node;
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      throw new JsonException(
          place == null ? "1:1" : place.getLineNr() + ":" + place.getColumnNr(),
          "not JSON: " + shortened(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new AssertionError("an array in memory has no I/O errors", e);
    }
  }

  private static char[] decode(byte[] bytes) throws JsonException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    try {
      var result =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(in, out, true);
      if (result.isError()) {
        result.throwException();
      }
    } catch (CharacterCodingException e) {
      int line = 1;
      int column = 1;
      for (char c : out.flip().toString().toCharArray()) {
        line += c == '\n' ? 1 : 0;
        column = c == '\n' ? 1 : column + 1;
      }
      throw new JsonException(line + ":" + column, "expected UTF-8, found a malformed byte");
    }
    out.flip();
    char[] text = new char[out.remaining()];
    out.get(text);
    return text;
  }

  private static JsonNode read(JsonParser parser) throws IOException, JsonException {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (parser.currentToken()) {
      case START_OBJECT -> readObject(parser, nodes.objectNode());
      case START_ARRAY -> {
        ArrayNode array = nodes.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(parser));
        }
        yield array;
      }
      case VALUE_STRING -> nodes.textNode(wellFormed(parser, parser.getText()));
      case VALUE_NUMBER_INT -> {
        if (parser.getText().equals("-0")) {
          throw at(parser, "expected a whole number, found -0");
        }
        yield parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            ? nodes.numberNode(parser.getBigIntegerValue())
            : nodes.numberNode(parser.getLongValue());
      }
      case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> nodes.booleanNode(true);
      case VALUE_FALSE -> nodes.booleanNode(false);
      case VALUE_NULL -> nodes.nullNode();
      default -> throw at(parser, "expected a JSON value, found " + parser.currentToken());
    };
  }

  private static ObjectNode readObject(JsonParser parser, ObjectNode object)
      throws IOException, JsonException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = wellFormed(parser, parser.currentName());
      parser.nextToken();
      object.set(key, read(parser));
    }
    return object;
  }

  private static String wellFormed(JsonParser parser, String text) throws JsonException {
    if (!JsonText.isWellFormed(text)) {
      throw at(parser, "expected well-formed Unicode, found a lone surrogate");
    }
    return text;
  }

  private static JsonException at(JsonParser parser, String why) {
    JsonLocation place = parser.currentTokenLocation();
    return new JsonException(place.getLineNr() + ":" + place.getColumnNr(), why);
  }

  private static String shortened(String message) {
    String line = message.lines().findFirst().orElse("");
    return Quoted.visible(line.length() <= 200 ? line : line.substring(0, 200) + "…");
  }
}
