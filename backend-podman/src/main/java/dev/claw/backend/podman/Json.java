package dev.claw.backend.podman;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value of a JSON document, for reading what Podman says without minding what it leaves out: a
 * missing member, a null and one of another type all read as absent. Only Jackson's tokenizer is
 * used, since its data binding costs every command more than the call itself.
 *
 * @param value String, Long, Double, Boolean, List, Map or null
 */
record Json(@Nullable Object value) {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int DEEPEST = 100;

  /** Parses one document. */
  static Json parse(byte[] bytes) throws IOException {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      parser.nextToken();
      Json json = new Json(read(parser, 0));
      if (parser.nextToken() != null) {
        throw new IOException("more than one JSON document");
      }
      return json;
    }
  }

  /** Writes strings, numbers, booleans, lists and maps. */
  static byte[] write(Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      write(generator, value);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does not fail", e);
    }
    return out.toByteArray();
  }

  /** A member of an object. */
  Json get(String name) {
    return new Json(value instanceof Map<?, ?> map ? map.get(name) : null);
  }

  /** The elements of an array; none where it is no array. */
  List<Json> elements() {
    List<Json> elements = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(element -> elements.add(new Json(element)));
    }
    return elements;
  }

  /** The elements of an array that are text. */
  List<String> texts() {
    return elements().stream().flatMap(element -> element.findText().stream()).toList();
  }

  /** The members of an object that are text. */
  Map<String, String> textMembers() {
    Map<String, String> members = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (name, member) -> {
            if (member instanceof String text) {
              members.put((String) name, text);
            }
          });
    }
    return members;
  }

  Optional<String> findText() {
    return value instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** Text; empty where there is none. */
  String text() {
    return findText().orElse("");
  }

  /** A whole number; zero where there is none. */
  long number() {
    return value instanceof Long number ? number : 0;
  }

  boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }

  private static @Nullable Object read(JsonParser parser, int depth) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null || depth > DEEPEST) {
      throw new IOException("no JSON, or nested too deep");
    }
    return switch (token) {
      case START_OBJECT -> readObject(parser, depth);
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser, depth + 1));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> {
        // Podman writes some limits as unsigned 64 bits; what does not fit means "as many as can
        // be"
        BigInteger number = parser.getBigIntegerValue();
        yield number.bitLength() < 64 ? number.longValue() : Long.MAX_VALUE;
      }
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IOException("not JSON");
    };
  }

  private static Map<String, @Nullable Object> readObject(JsonParser parser, int depth)
      throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      map.put(name, read(parser, depth + 1));
    }
    return map;
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    switch (value) {
      case String text -> generator.writeString(text);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Boolean flag -> generator.writeBoolean(flag);
      case List<?> list -> {
        generator.writeStartArray();
        for (Object element : list) {
          write(generator, element);
        }
        generator.writeEndArray();
      }
      case Map<?, ?> map -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> member : map.entrySet()) {
          generator.writeFieldName((String) member.getKey());
          write(generator, member.getValue());
        }
        generator.writeEndObject();
      }
      default -> throw new IllegalArgumentException(value.getClass().getName());
    }
  }
}
