package dev.claw.model;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * What an agent is, whatever it is called: 128 random bits as 32 lower-case hexadecimal digits. It
 * never changes and is never used again, so a container or lock of a deleted agent can't pass for
 * one of a new agent with the same name.
 */
public record AgentId(String value) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");

  /** Accepts only 32 lower-case hexadecimal digits. */
  public AgentId {
    if (!HEX.matcher(value).matches()) {
      throw new IllegalArgumentException(value);
    }
  }

  /**
   * @throws InvalidValueException if the text is not 32 lower-case hexadecimal digits
   */
  public static AgentId parse(String text) throws InvalidValueException {
    if (!HEX.matcher(text).matches()) {
      throw new InvalidValueException(
          "expected an agent id of 32 hexadecimal digits, found " + Quoted.of(text));
    }
    return new AgentId(text);
  }

  /** A new id from the given source, which should be a secure one. */
  public static AgentId random(RandomGenerator random) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return new AgentId(HexFormat.of().formatHex(bytes));
  }

  @Override
  public String toString() {
    return value;
  }
}
