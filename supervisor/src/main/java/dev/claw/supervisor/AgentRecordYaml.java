package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code agent.yaml}: one {@code key: value} a line, all of it written by claw. It is read on every
 * listing, so it is read as the five lines that it is and not by a YAML parser, which costs 60 ms
 * of start-up; whatever claw would not have written is refused.
 */
final class AgentRecordYaml {
  private static final List<String> KEYS = List.of("id", "name", "template", "created", "serial");

  // Beyond 2^53 a number has no canonical form, in a lock as in the audit log.
  private static final Pattern SERIAL = Pattern.compile("[1-9][0-9]{0,14}");

  private AgentRecordYaml() {}

  static String format(AgentRecord agent) {
    return """
    # Written by claw; what the agent may do stands in policy.lock.json.
    id: %s
    name: %s
    template: %s
    created: "%s"
    serial: %d
    """
        .formatted(agent.id(), agent.name(), agent.template(), agent.created(), agent.serial());
  }

  /**
   * @throws InvalidValueException with line and expectation, without the file's name
   */
  static AgentRecord parse(String text) throws InvalidValueException {
    Map<String, Line> values = new HashMap<>();
    int number = 0;
    // Not lines(), which also ends a line at a carriage return.
    for (String line : text.split("\n", -1)) {
      number++;
      if (!Quoted.visible(line).equals(line)) {
        throw new InvalidValueException(
            number + ": expected no control character, found one in " + Quoted.of(line));
      }
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(": ");
      String key = colon < 0 ? line : line.substring(0, colon);
      if (colon < 0 || !KEYS.contains(key)) {
        throw new InvalidValueException(
            number + ": expected one of " + KEYS + ", found " + Quoted.of(key));
      }
      String value = line.substring(colon + 2).strip();
      if (values.put(key, new Line(number, unquoted(value))) != null) {
        throw new InvalidValueException(number + ": expected " + key + " once, found it again");
      }
    }
    return new AgentRecord(
        get(values, number, "id", AgentId::parse),
        get(values, number, "name", AgentName::parse),
        get(values, number, "template", value -> value),
        get(values, number, "created", AgentRecordYaml::time),
        get(values, number, "serial", AgentRecordYaml::serial));
  }

  private record Line(int number, String value) {}

  @FunctionalInterface
  private interface Reader<T> {
    T read(String value) throws InvalidValueException;
  }

  private static <T> T get(Map<String, Line> values, int last, String key, Reader<T> reader)
      throws InvalidValueException {
    Line line = values.get(key);
    if (line == null) {
      throw new InvalidValueException(last + ": expected the key " + key + ", found none");
    }
    try {
      return reader.read(line.value());
    } catch (InvalidValueException e) {
      throw new InvalidValueException(line.number() + ": " + e.getMessage());
    }
  }

  private static Instant time(String value) throws InvalidValueException {
    try {
      return Instant.parse(value);
    } catch (DateTimeException e) {
      throw new InvalidValueException(
          "expected a time such as 2026-11-21T08:00:00Z, found " + Quoted.of(value));
    }
  }

  private static long serial(String value) throws InvalidValueException {
    if (!SERIAL.matcher(value).matches()) {
      throw new InvalidValueException(
          "expected a serial of 1 or more in at most 15 digits, found " + Quoted.of(value));
    }
    return Long.parseLong(value);
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }
}
