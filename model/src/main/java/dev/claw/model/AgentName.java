package dev.claw.model;

import java.util.regex.Pattern;

/**
 * The name by which people call an agent: 1 to 63 characters of {@code a-z}, {@code 0-9} and {@code
 * -}, starting and ending with a letter or digit (an RFC 1123 label). Such a name is safe as a file
 * name, a pod name and a label.
 */
public record AgentName(String value) implements Comparable<AgentName> {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  /** Accepts only what {@link #parse} accepts. */
  public AgentName {
    if (!LABEL.matcher(value).matches()) {
      throw new IllegalArgumentException(value);
    }
  }

  /**
   * Reads a name as a person typed it.
   *
   * @throws InvalidValueException if the text is not an RFC 1123 label in lower case
   */
  public static AgentName parse(String text) throws InvalidValueException {
    if (!LABEL.matcher(text).matches()) {
      throw new InvalidValueException(
          "expected 1 to 63 characters of a-z, 0-9 and '-', not starting or ending with '-', found "
              + Quoted.of(text));
    }
    return new AgentName(text);
  }

  @Override
  public int compareTo(AgentName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
