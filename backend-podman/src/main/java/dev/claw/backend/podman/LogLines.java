package dev.claw.backend.podman;

import dev.claw.model.LogSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Makes lines of log frames. With timestamps on, each frame is an RFC 3339 time, a space, and a
 * piece of a line: Podman cuts long lines and those that end without a line feed.
 */
final class LogLines implements FrameReader.Sink {
  private static final int LONGEST = 64 * 1024;

  private final LogSink sink;
  private final Line out = new Line(false);
  private final Line err = new Line(true);

  LogLines(LogSink sink) {
    this.sink = sink;
  }

  @Override
  public boolean accept(boolean error, boolean first, byte[] bytes, int length) {
    Line line = error ? err : out;
    int from = first ? line.takeTime(bytes, length) : 0;
    for (int i = from; i < length; i++) {
      if (bytes[i] == '\n') {
        line.add(bytes, from, i - from);
        if (!line.pass()) {
          return false;
        }
        from = i + 1;
      } else if (line.text.size() + i - from >= LONGEST) {
        line.add(bytes, from, i - from);
        if (!line.pass()) {
          return false;
        }
        from = i;
      }
    }
    line.add(bytes, from, length - from);
    return true;
  }

  /** Passes on what has come without a line feed. */
  void end() {
    if ((out.text.size() == 0 || out.pass()) && err.text.size() > 0) {
      err.pass();
    }
  }

  private final class Line {
    private final boolean error;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private Instant time = Instant.EPOCH;

    Line(boolean error) {
      this.error = error;
    }

    /** Reads the time at the start of a frame and returns where the text begins. */
    int takeTime(byte[] bytes, int length) {
      for (int i = 0; i < Math.min(length, 40); i++) {
        if (bytes[i] == ' ') {
          Instant found = parse(new String(bytes, 0, i, StandardCharsets.US_ASCII));
          if (found == null) {
            return 0;
          }
          if (text.size() == 0) {
            time = found;
          }
          return i + 1;
        }
      }
      return 0;
    }

    void add(byte[] bytes, int from, int length) {
      text.write(bytes, from, length);
    }

    boolean pass() {
      String line = text.toString(StandardCharsets.UTF_8);
      text.reset();
      if (line.endsWith("\r")) {
        line = line.substring(0, line.length() - 1);
      }
      return sink.accept(time, error, line);
    }

    private static @Nullable Instant parse(String text) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeParseException e) {
        return null;
      }
    }
  }
}
