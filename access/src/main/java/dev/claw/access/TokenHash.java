package dev.claw.access;

import dev.claw.model.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * SHA-256 of a token. Who looks one up compares hashes, so how long that takes says nothing about a
 * token; and with the token's 144 random bits no salt is needed.
 */
public record TokenHash(String value) {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  /** Accepts only 64 lower-case hexadecimal digits. */
  public TokenHash {
    if (!HEX.matcher(value).matches()) {
      throw new IllegalArgumentException(value);
    }
  }

  /**
   * @throws InvalidValueException if the text is not 64 lower-case hexadecimal digits
   */
  public static TokenHash parse(String text) throws InvalidValueException {
    if (!HEX.matcher(text).matches()) {
      throw new InvalidValueException("expected 64 hexadecimal digits, found something else");
    }
    return new TokenHash(text);
  }

  static TokenHash of(PairingToken token) {
    try {
      byte[] bytes = token.value().getBytes(StandardCharsets.US_ASCII);
      return new TokenHash(
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
