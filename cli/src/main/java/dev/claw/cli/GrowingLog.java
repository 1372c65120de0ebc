package dev.claw.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A log that is read while it grows; one that has become shorter is a new one. */
final class GrowingLog {
  private final Path path;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long position;

  GrowingLog(Path path) {
    this.path = path;
  }

  /** The lines that were ended since the last look. */
  List<String> read() throws IOException {
    List<String> lines = new ArrayList<>();
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return lines;
    }
    try (SeekableByteChannel channel =
        Files.newByteChannel(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      if (channel.size() < position) {
        position = 0;
        line.reset();
      }
      channel.position(position);
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      while (channel.read(buffer) > 0) {
        position += buffer.position();
        buffer.flip();
        while (buffer.hasRemaining()) {
          byte next = buffer.get();
          if (next == '\n') {
            lines.add(line.toString(StandardCharsets.UTF_8));
            line.reset();
          } else {
            line.write(next);
          }
        }
        buffer.clear();
      }
    }
    return lines;
  }
}
