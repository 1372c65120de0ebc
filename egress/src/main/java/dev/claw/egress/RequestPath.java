package dev.claw.egress;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request as rules see it: percent-encoding decoded, dot segments resolved (RFC 3986,
 * 5.2.4). A path that two servers may read differently is {@link Ambiguous}, and no rule with paths
 * admits it.
 */
sealed interface RequestPath {
  /**
   * A path with one reading but for empty segments.
   *
   * @param segments as written, empty ones included
   * @param merged without empty segments but a last one, as servers that merge slashes read it
   */
  record Plain(List<String> segments, List<String> merged) implements RequestPath {}

  /** Why the path has more than one reading. */
  record Ambiguous(String why) implements RequestPath {}

  /** Reads the path of a request target in origin-form; what stands behind '?' does not count. */
  static RequestPath parse(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    if (!path.startsWith("/")) {
      return new Ambiguous("the path does not start with '/'");
    }
    List<String> resolved = new ArrayList<>();
    String[] raw = path.substring(1).split("/", -1);
    for (int i = 0; i < raw.length; i++) {
      boolean last = i == raw.length - 1;
      Object decoded = decoded(raw[i]);
      if (decoded instanceof Ambiguous ambiguous) {
        return ambiguous;
      }
      String segment = (String) decoded;
      switch (segment) {
        case "." -> {
          if (last) {
            resolved.add("");
          }
        }
        case ".." -> {
          if (resolved.isEmpty()) {
            return new Ambiguous("the path leads above its root");
          }
          resolved.removeLast();
          if (last) {
            resolved.add("");
          }
        }
        default -> resolved.add(segment);
      }
    }
    return new Plain(List.copyOf(resolved), merged(resolved));
  }

  private static List<String> merged(List<String> segments) {
    if (!segments.subList(0, segments.size() - 1).contains("")) {
      return List.copyOf(segments);
    }
    List<String> merged = new ArrayList<>(segments);
    String last = merged.removeLast();
    merged.removeIf(String::isEmpty);
    merged.add(last);
    return List.copyOf(merged);
  }

  /** A {@code String}, or {@link Ambiguous}. */
  private static Object decoded(String raw) {
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    boolean encoded = false;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '\\' || c == '#') {
        return new Ambiguous("the path has a character that must be percent-encoded");
      }
      if (c != '%') {
        bytes[length++] = (byte) c;
        continue;
      }
      encoded = true;
      int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
      int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        return new Ambiguous("the path has a '%' without two hexadecimal digits");
      }
      int value = high << 4 | low;
      if (value < ' ' || value == 0x7f || "/\\.%;?#".indexOf(value) >= 0) {
        return new Ambiguous("the path has an encoded " + "%%%02x".formatted(value));
      }
      bytes[length++] = (byte) value;
      i += 2;
    }
    String text;
    try {
      text =
          encoded
              ? StandardCharsets.UTF_8
                  .newDecoder()
                  .decode(ByteBuffer.wrap(bytes, 0, length))
                  .toString()
              : raw;
    } catch (CharacterCodingException e) {
      return new Ambiguous("the path is no UTF-8");
    }
    int parameter = text.indexOf(';');
    if (parameter >= 0) {
      // Some servers cut path parameters before they resolve dot segments.
      String before = text.substring(0, parameter);
      if (before.isEmpty() || before.equals(".") || before.equals("..")) {
        return new Ambiguous("the path has a parameter behind a dot or empty segment");
      }
    }
    return text;
  }
}
