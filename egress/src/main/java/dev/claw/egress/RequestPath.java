package dev.claw.egress;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path of a request as rules see it: percent-encoding decoded, dot segments resolved (RFC 3986,
 * 5.2.4). A path that two servers may read differently is {@link Ambiguous}: whether they decode,
 * merge slashes, cut parameters or resolve dot segments first. No rule with paths admits it, and
 * every one that denies catches it.
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
    if (path.startsWith("//")) {
      return new Ambiguous("the path starts with '//', behind which some servers read a host");
    }
    List<String> segments = new ArrayList<>();
    for (String raw : path.substring(1).split("/", -1)) {
      Object decoded = decoded(raw);
      if (decoded instanceof Ambiguous ambiguous) {
        return ambiguous;
      }
      segments.add((String) decoded);
    }
    List<String> asWritten = resolved(segments);
    List<String> mergedFirst = resolved(merged(segments));
    if (asWritten == null || mergedFirst == null) {
      return new Ambiguous("the path leads above its root");
    }
    List<String> merged = merged(asWritten);
    return merged.equals(mergedFirst)
        ? new Plain(asWritten, merged)
        : new Ambiguous("the path has '..' behind an empty segment");
  }

  /** Without dot segments; null where they lead above the root. */
  private static @Nullable List<String> resolved(List<String> segments) {
    List<String> resolved = new ArrayList<>();
    for (String segment : segments) {
      if (segment.equals("..") && resolved.isEmpty()) {
        return null;
      }
      if (segment.equals("..")) {
        resolved.removeLast();
      } else if (!segment.equals(".")) {
        resolved.add(segment);
      }
    }
    if (isDots(segments.getLast())) {
      resolved.add("");
    }
    return List.copyOf(resolved);
  }

  private static boolean isDots(String segment) {
    return segment.equals(".") || segment.equals("..");
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
    if (!text.isEmpty() && !isDots(text) && bare(text).isEmpty()) {
      return new Ambiguous("the path has a segment that is nothing but dots or a parameter");
    }
    return text;
  }

  /** A segment as servers read it that cut path parameters: all before the first ';'. */
  static String withoutParameters(String segment) {
    int parameter = segment.indexOf(';');
    return parameter < 0 ? segment : segment.substring(0, parameter);
  }

  /** A segment without its parameters, and without the dots and spaces that Windows cuts. */
  static String bare(String segment) {
    String name = withoutParameters(segment);
    int end = name.length();
    while (end > 0 && (name.charAt(end - 1) == '.' || name.charAt(end - 1) == ' ')) {
      end--;
    }
    return name.substring(0, end);
  }
}
