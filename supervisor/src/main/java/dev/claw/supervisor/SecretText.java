package dev.claw.supervisor;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** What the names and values of secrets may be. */
public final class SecretText {
  /** Most bytes of a value. */
  public static final int LARGEST = 64 * 1024;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");

  private SecretText() {}

  /**
   * The name, if templates could hold it.
   *
   * @throws InvalidValueException where it is none
   */
  public static String name(String text) throws InvalidValueException {
    if (!NAME.matcher(text).matches()) {
      throw new InvalidValueException(
          "expected the name of a secret, 1 to 63 of A-Z, a-z, 0-9, '.', '_' and '-', found "
              + Quoted.of(text));
    }
    return text;
  }

  /**
   * The name of an environment variable.
   *
   * @throws InvalidValueException where it is none
   */
  public static String variable(String text) throws InvalidValueException {
    if (!VARIABLE.matcher(text).matches()) {
      throw new InvalidValueException(
          "expected the name of an environment variable, found " + Quoted.of(text));
    }
    return text;
  }

  /**
   * The value that bytes hold, without one line end. The message never holds any of it.
   *
   * @throws InvalidValueException where it is empty, no UTF-8, too large, or would break a header
   */
  public static String value(byte[] bytes) throws InvalidValueException {
    if (bytes.length > LARGEST + 2) {
      throw new InvalidValueException("expected at most 64 KiB, found more");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidValueException("expected UTF-8, found other bytes");
    }
    int end = text.endsWith("\n") ? text.length() - 1 : text.length();
    if (end < text.length() && end > 0 && text.charAt(end - 1) == '\r') {
      end--;
    }
    return value(text.substring(0, end));
  }

  /**
   * The value, checked.
   *
   * @throws InvalidValueException see {@link #value(byte[])}
   */
  public static String value(String text) throws InvalidValueException {
    if (text.isEmpty()) {
      throw new InvalidValueException("expected a value, found nothing");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > LARGEST) {
      throw new InvalidValueException("expected at most 64 KiB, found more");
    }
    if (text.codePoints()
        .anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
      throw new InvalidValueException(
          "expected one line without control characters, found some; a secret of several lines is"
              + " no key of a provider");
    }
    return text;
  }
}
