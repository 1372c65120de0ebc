package dev.claw.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest in the form that OCI gives it: {@code sha256:} and 64 lower-case hexadecimal
 * digits.
 */
public record Digest(String value) {
  private static final String PREFIX = "sha256:";
  private static final int LENGTH = PREFIX.length() + 64;

  /** Accepts only the OCI form. */
  public Digest {
    if (!hasForm(value)) {
      throw new IllegalArgumentException(value);
    }
  }

  /**
   * @throws InvalidValueException if the text is not of the form {@code sha256:…}
   */
  public static Digest parse(String text) throws InvalidValueException {
    if (!hasForm(text)) {
      throw new InvalidValueException(
          "expected sha256: and 64 hexadecimal digits, found " + Quoted.of(text));
    }
    return new Digest(text);
  }

  /** The digest of these bytes. */
  public static Digest of(byte[] bytes) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return new Digest(PREFIX + HexFormat.of().formatHex(sha256.digest(bytes)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }

  /** The digest of the text's UTF-8 bytes. */
  public static Digest of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean hasForm(String text) {
    if (text.length() != LENGTH || !text.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length(); i < LENGTH; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** The first 12 hexadecimal digits, for people. */
  public String abbreviated() {
    return value.substring(7, 19);
  }

  @Override
  public String toString() {
    return value;
  }
}
