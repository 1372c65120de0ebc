package dev.claw.lock;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One PEM block (RFC 7468) in a file of ours, read without a library: this is on every run path.
 */
final class Pem {
  private Pem() {}

  /**
   * The bytes in the block.
   *
   * @throws KeyException if there is not exactly one block of this label and nothing else
   */
  static byte[] decode(String subject, String label, byte[] file) throws KeyException {
    String text = new String(file, StandardCharsets.US_ASCII).strip();
    String begin = "-----BEGIN " + label + "-----";
    String end = "-----END " + label + "-----";
    int length = text.length() - begin.length() - end.length();
    if (length >= 0 && text.startsWith(begin) && text.endsWith(end)) {
      String body = text.substring(begin.length(), begin.length() + length);
      try {
        return Base64.getDecoder().decode(body.replace("\n", "").replace("\r", ""));
      } catch (IllegalArgumentException e) {
        throw malformed(subject, label, e);
      }
    }
    throw malformed(subject, label, null);
  }

  static String encode(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  private static KeyException malformed(String subject, String label, @Nullable Throwable cause) {
    String message =
        subject
            + ": expected one PEM block '"
            + label
            + "', found something else; restore the file";
    return cause == null ? new KeyException(message) : new KeyException(message, cause);
  }
}
