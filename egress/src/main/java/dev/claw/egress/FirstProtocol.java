package dev.claw.egress;

import io.netty.buffer.ByteBuf;

/** What the first bytes of a client look like. */
enum FirstProtocol {
  /** Too few bytes to tell. */
  UNKNOWN,
  TLS,
  HTTP,
  /** Anything else. */
  OTHER;

  private static final int LONGEST_METHOD = 20;

  /** Takes for HTTP what a lenient server could: a word, a space, and a target. */
  static FirstProtocol of(ByteBuf bytes) {
    int start = bytes.readerIndex();
    int end = bytes.writerIndex();
    if (start == end) {
      return UNKNOWN;
    }
    if (bytes.getByte(start) == 22) {
      return end - start == 1 ? UNKNOWN : bytes.getByte(start + 1) == 3 ? TLS : OTHER;
    }
    int at = start;
    while (at < end && (bytes.getByte(at) == '\r' || bytes.getByte(at) == '\n')) {
      at++;
    }
    int word = at;
    while (at < end && isMethod(bytes.getByte(at))) {
      at++;
    }
    if (at - word > LONGEST_METHOD) {
      return OTHER;
    }
    if (at == end) {
      return UNKNOWN;
    }
    if (at == word || (bytes.getByte(at) != ' ' && bytes.getByte(at) != '\t')) {
      return OTHER;
    }
    if (at + 1 == end) {
      return UNKNOWN;
    }
    return switch (bytes.getByte(at + 1)) {
      case '/', '*', 'h', 'H', ' ', '\t' -> HTTP;
      default -> OTHER;
    };
  }

  private static boolean isMethod(byte b) {
    return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || b == '-' || b == '_';
  }
}
