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

/**
 * {@code agent.yaml}: one {@code key: value} a line, all of it written by claw. It is read on every
 * listing, so it is read as the five lines that it is and not by a YAML parser, which costs 60 ms
 * of start-up; whatever claw would not have written is refused.
 */
final class AgentRecordYaml {
  private static final List<String> KEYS = List.of("id", "name", "template", "created", "serial");

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
    Map<String, String> values = new HashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
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
      if (values.put(key, unquoted(value)) != null) {
        throw new InvalidValueException(number + ": expected " + key + " once, found it again");
      }
    }
    for (String key : KEYS) {
      if (!values.containsKey(key)) {
        throw new InvalidValueException(number + ": expected the key " + key + ", found none");
      }
    }
    try {
      long serial = Long.parseLong(values.getOrDefault("serial", ""));
      if (serial < 1) {
        throw new InvalidValueException("expected a serial of 1 or more, found " + serial);
      }
      return new AgentRecord(
          AgentId.parse(values.getOrDefault("id", "")),
          AgentName.parse(values.getOrDefault("name", "")),
          values.getOrDefault("template", ""),
          Instant.parse(values.getOrDefault("created", "")),
          serial);
    } catch (NumberFormatException | DateTimeException e) {
      throw new InvalidValueException(
          "expected a number and an RFC 3339 time, found "
              + Quoted.of(String.valueOf(e.getMessage())));
    }
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }
}
