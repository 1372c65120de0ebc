package dev.claw.backend.podman;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Status line and header fields of an answer (RFC 9112), within bounds.
 *
 * @param fields names in lower case; a name that came twice has both values joined by a comma
 */
record HttpHead(int status, Map<String, String> fields) {
  private static final int LONGEST = 32 * 1024;
  private static final int MOST_FIELDS = 100;

  /** Reads up to and with the empty line, passing over interim answers (1xx but 101). */
  static HttpHead read(InputStream in) throws IOException {
    for (int interim = 0; interim < 8; interim++) {
      HttpHead head = readOne(in);
      if (head.status >= 200 || head.status == 101) {
        return head;
      }
    }
    throw new IOException("the answer never begins");
  }

  Optional<String> find(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  private static HttpHead readOne(InputStream in) throws IOException {
    int[] left = {LONGEST};
    int status = status(line(in, left));
    Map<String, String> fields = new LinkedHashMap<>();
    for (int count = 0; ; count++) {
      String line = line(in, left);
      if (line.isEmpty()) {
        return new HttpHead(status, fields);
      }
      int colon = line.indexOf(':');
      if (colon <= 0 || count == MOST_FIELDS || !isToken(line, colon)) {
        throw new IOException("the answer's head is not HTTP");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      fields.merge(name, line.substring(colon + 1).strip(), (a, b) -> a + "," + b);
    }
  }

  private static int status(String line) throws IOException {
    boolean http =
        line.length() >= 12
            && (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
            && (line.length() == 12 || line.charAt(12) == ' ');
    int status = 0;
    for (int i = 9; http && i < 12; i++) {
      int digit = line.charAt(i) - '0';
      http = digit >= 0 && digit <= 9;
      status = status * 10 + digit;
    }
    if (!http || status < 100) {
      throw new IOException("the answer is not HTTP/1");
    }
    return status;
  }

  private static boolean isToken(String line, int end) {
    for (int i = 0; i < end; i++) {
      char c = line.charAt(i);
      if (c <= ' ' || c >= 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** One line without its end; {@code left} counts down over all lines of a head. */
  static String line(InputStream in, int[] left) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(80);
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the answer ends in its head");
      }
      if (left[0]-- <= 0) {
        throw new IOException("the answer's head is too long");
      }
      if (b == '\n') {
        String line = bytes.toString(StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
      }
      if (b == 0) {
        throw new IOException("the answer's head has a NUL byte");
      }
      bytes.write(b);
    }
  }
}
