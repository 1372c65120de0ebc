package dev.claw.egress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The beginning of a text that comes in pieces of UTF-8. */
final class KeptText {
  private final int mostBytes;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean cut;

  KeptText(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  void add(byte[] bytes) {
    int fits = Math.min(bytes.length, mostBytes - kept.size());
    kept.write(bytes, 0, fits);
    cut |= fits < bytes.length;
  }

  /** Whether more came than was kept. */
  boolean cut() {
    return cut;
  }

  /** What was kept, without the character that the cut went through. */
  String text() {
    byte[] bytes = kept.toByteArray();
    int end = bytes.length;
    if (cut) {
      int start = end;
      do {
        start--;
      } while (start > 0 && start > end - 4 && (bytes[start] & 0xc0) == 0x80);
      if (start >= 0 && start + length(bytes[start]) > end) {
        end = start;
      }
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /** Bytes of the character that begins so (RFC 3629, 3). */
  private static int length(byte first) {
    int ones = Integer.numberOfLeadingZeros(~(first << 24));
    return ones < 2 ? 1 : ones;
  }
}
