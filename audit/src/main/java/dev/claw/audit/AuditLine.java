package dev.claw.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.StrictJson;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import dev.claw.model.Digest;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A record as a line of the log: the canonical JSON of all its parts, without the line feed. */
final class AuditLine {
  /** Most bytes of a line, the line feed included. */
  static final int LONGEST = 1 << 20;

  // RFC 3339 in UTC with exactly three digits, so that an instant has one text.
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral('T')
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.MILLI_OF_SECOND, 3, 3, true)
          .appendLiteral('Z')
          .toFormatter(Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private AuditLine() {}

  /** An event in its place, with its hash, and the line that holds it. */
  @SuppressWarnings("ArrayRecordComponent") // carried from one place to one other, never compared
  record Written(AuditRecord record, byte[] bytes) {}

  static Written write(long sequence, Instant time, AuditEvent event, Digest previous)
      throws JsonException {
    // The hash stands between these two in the order of keys, so that the rest is written once.
    ObjectNode before = NODES.objectNode();
    before
        .putObject("actor")
        .put("kind", wellFormed(event.actor().kind()))
        .put("name", wellFormed(event.actor().name()));
    if (event.agent() != null) {
      before.put("agent", event.agent().value());
    }
    before.set("details", tree(event.details()));
    ObjectNode behind = NODES.objectNode();
    behind.put("phase", word(event.phase()));
    behind.put("previous", previous.value());
    if (event.result() != null) {
      behind.put("result", word(event.result()));
    }
    behind.put("sequence", sequence);
    behind.put("time", TIME.format(time));
    behind.put("type", wellFormed(event.type()));
    String first = CanonicalJson.text(before);
    String last = "," + CanonicalJson.text(behind).substring(1);
    first = first.substring(0, first.length() - 1);
    Digest hash = Digest.of(first + last);
    byte[] bytes =
        (first + ",\"hash\":\"" + hash.value() + "\"" + last + "\n")
            .getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST) {
      throw new JsonException(
          "details", "expected a record of at most " + LONGEST + " bytes, found " + bytes.length);
    }
    return new Written(new AuditRecord(sequence, time, event, previous, hash), bytes);
  }

  /**
   * Reads a line without its line feed, and checks all that the line alone can show.
   *
   * @throws JsonException if it is not exactly the line that {@link #write} makes of its record
   */
  static AuditRecord read(byte[] line) throws JsonException {
    JsonNode node = StrictJson.parse(line, LONGEST);
    if (!Arrays.equals(CanonicalJson.bytes(node), line)) {
      throw new JsonException("1:1", "expected canonical JSON (RFC 8785), found another form");
    }
    JsonFields fields =
        JsonFields.of(
            node,
            "",
            "sequence",
            "time",
            "type",
            "agent",
            "actor",
            "phase",
            "result",
            "details",
            "previous",
            "hash");
    Digest hash = fields.digest("hash");
    ObjectNode hashed = NODES.objectNode().setAll((ObjectNode) node);
    hashed.remove("hash");
    if (!CanonicalJson.digest(hashed).equals(hash)) {
      throw new JsonException("hash", "expected the hash of the record, found another");
    }
    JsonFields actor = fields.object("actor", "kind", "name");
    AuditEvent.Phase phase = fields.word("phase", AuditEvent.Phase.class);
    if ((phase == AuditEvent.Phase.INTENT) == fields.has("result")) {
      throw new JsonException("result", "expected for an outcome and for no intent");
    }
    return new AuditRecord(
        fields.integer("sequence", 1, CanonicalJson.LARGEST),
        time(fields.text("time")),
        new AuditEvent(
            fields.text("type"),
            fields.has("agent") ? fields.value("agent", AgentName::parse) : null,
            new Actor(actor.text("kind"), actor.text("name")),
            phase,
            fields.has("result") ? fields.word("result", AuditEvent.Result.class) : null,
            map(fields.tree("details"))),
        fields.digest("previous"),
        hash);
  }

  private static Instant time(String text) throws JsonException {
    try {
      Instant time = TIME.parse(text, Instant::from);
      // A year of more than four digits is none of RFC 3339.
      if (text.length() == 24 && TIME.format(time).equals(text)) {
        return time;
      }
    } catch (DateTimeException e) {
      throw badTime();
    }
    throw badTime();
  }

  private static JsonException badTime() {
    return new JsonException("time", "expected a time such as 2026-11-21T08:00:00.000Z");
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static JsonNode tree(Object value) {
    return switch (value) {
      case String text -> NODES.textNode(wellFormed(text));
      case Boolean flag -> NODES.booleanNode(flag);
      case Long number -> NODES.numberNode((long) number);
      case List<?> list -> {
        ArrayNode array = NODES.arrayNode();
        list.forEach(element -> array.add(tree(element)));
        yield array;
      }
      case Map<?, ?> map -> {
        ObjectNode object = NODES.objectNode();
        map.forEach((key, element) -> object.set(wellFormed((String) key), tree(element)));
        yield object;
      }
      default -> throw new AssertionError("AuditEvent refuses " + value.getClass());
    };
  }

  /**
   * The text with each lone surrogate as U+FFFD. Such a text has no UTF-8 form; a hostile file name
   * that has one must not keep an outcome off the record.
   */
  private static String wellFormed(String text) {
    int plain = 0;
    while (plain < text.length() && !Character.isSurrogate(text.charAt(plain))) {
      plain++;
    }
    if (plain == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point ->
                out.appendCodePoint(
                    Character.getType(point) == Character.SURROGATE ? 0xfffd : point));
    return out.toString();
  }

  private static Map<String, Object> map(JsonNode object) {
    Map<String, Object> map = new TreeMap<>();
    object.properties().forEach(field -> map.put(field.getKey(), value(field.getValue())));
    return map;
  }

  private static Object value(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> node.textValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> node.longValue();
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        node.forEach(element -> list.add(value(element)));
        yield list;
      }
      case OBJECT -> map(node);
      default -> throw new AssertionError("canonical JSON has no " + node.getNodeType());
    };
  }
}
