package dev.claw.lock;

import java.util.Base64;
import java.util.Optional;

/** Base64 (RFC 4648, section 4) of which each value has one text. */
final class Base64Text {
  private Base64Text() {}

  /** Empty where the text is not the one that encoding its value gives. */
  static Optional<byte[]> decode(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static String encode(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
