package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** What the first bytes of a client look like. */
enum FirstProtocol {
  /** Too few bytes to tell; never with more than {@link #MOST_BYTES}. */
  UNKNOWN,
  TLS,
  HTTP,
  /** Anything else. */
  OTHER;

  static final int MOST_BYTES = 8192;

  private static final int LONGEST_METHOD = 20;
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
  private static final String URL = "http";

  /** Takes for HTTP what a lenient server could: a word, a space, and a target. */
  static FirstProtocol of(ByteBuf bytes) {
    if (!bytes.isReadable()) {
      return UNKNOWN;
    }
    if (bytes.getByte(bytes.readerIndex()) == 22) {
      return bytes.readableBytes() == 1
          ? UNKNOWN
          : bytes.getByte(bytes.readerIndex() + 1) == 3 ? TLS : OTHER;
    }
    int end = bytes.writerIndex();
    int word = behindBlanks(bytes);
    int at = word;
    while (at < end && isMethod(bytes.getByte(at))) {
      at++;
    }
    if (at - word > LONGEST_METHOD) {
      return OTHER;
    }
    if (at == end) {
      // So many blanks are nobody's protocol; as HTTP they are refused.
      return bytes.readableBytes() >= MOST_BYTES ? HTTP : UNKNOWN;
    }
    if (at == word || (bytes.getByte(at) != ' ' && bytes.getByte(at) != '\t')) {
      return OTHER;
    }
    String method = bytes.toString(word, at - word, StandardCharsets.US_ASCII);
    return ofTarget(bytes, at + 1, METHODS.contains(method.toUpperCase(Locale.ROOT)));
  }

  /** Where the first byte stands that is no space, tab, CR or LF. */
  static int behindBlanks(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex() && " \t\r\n".indexOf(bytes.getByte(at)) >= 0) {
      at++;
    }
    return at;
  }

  private static FirstProtocol ofTarget(ByteBuf bytes, int at, boolean known) {
    int end = bytes.writerIndex();
    if (at < end && "/* \t".indexOf(bytes.getByte(at)) >= 0) {
      return HTTP;
    }
    String url = bytes.toString(at, Math.min(URL.length(), end - at), StandardCharsets.US_ASCII);
    if (URL.equalsIgnoreCase(url)) {
      return HTTP;
    }
    if (URL.startsWith(url.toLowerCase(Locale.ROOT))) {
      return UNKNOWN;
    }
    return known ? ofLine(bytes, at) : OTHER;
  }

  /** A target like no other is one by what stands behind it: Redis has a GET too. */
  private static FirstProtocol ofLine(ByteBuf bytes, int at) {
    int lineEnd = bytes.indexOf(at, bytes.writerIndex(), (byte) '\n');
    if (lineEnd < 0) {
      return bytes.readableBytes() >= MOST_BYTES ? HTTP : UNKNOWN;
    }
    String rest = bytes.toString(at, lineEnd - at, StandardCharsets.US_ASCII);
    return rest.toUpperCase(Locale.ROOT).contains("HTTP/") ? HTTP : OTHER;
  }

  private static boolean isMethod(byte b) {
    return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || b == '-' || b == '_';
  }
}
