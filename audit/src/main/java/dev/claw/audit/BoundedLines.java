package dev.claw.audit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of bytes, of which never more than the longest allowed one is held. */
final class BoundedLines {
  private final InputStream in;
  private long left;
  private long offset;
  private boolean complete;
  private boolean tooLong;

  /**
   * @param limit bytes after which the input counts as ended
   */
  BoundedLines(InputStream in, long limit) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.left = limit;
  }

  /** The next line without its line feed, cut where it is too long; null at the end. */
  byte @Nullable [] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    tooLong = false;
    complete = false;
    boolean any = false;
    while (left > 0) {
      int b = in.read();
      if (b < 0) {
        break;
      }
      left--;
      offset++;
      any = true;
      if (b == '\n') {
        complete = true;
        break;
      }
      if (line.size() < AuditLine.LONGEST - 1) {
        line.write(b);
      } else {
        tooLong = true;
      }
    }
    return any ? line.toByteArray() : null;
  }

  /** Bytes read so far. */
  long offset() {
    return offset;
  }

  /** Whether the last line had a line feed. */
  boolean complete() {
    return complete;
  }

  /** Whether the last line was longer than a record may be. */
  boolean tooLong() {
    return tooLong;
  }
}
