package dev.claw.audit;

import dev.claw.lock.JsonException;
import dev.claw.lock.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log as it grows. Like a query it does not verify, and skips what is no record. Where
 * another file has taken the log's place it goes on with what that one has and this one had not.
 */
public final class AuditTail {
  private final Path log;
  private @Nullable Object file;
  private long position;
  private long sequence;
  private Instant time = Instant.MIN;

  /** Begins before the first record. */
  public AuditTail(Path log) {
    this.log = log;
  }

  /**
   * Passes on what came since the last call; a line whose end is not there yet waits for the next.
   *
   * @throws AuditException if the file can't be read; a log that is not there has nothing
   */
  public void read(Consumer<AuditRecord> sink) throws AuditException {
    try {
      PrivateFile.check(log);
      BasicFileAttributes found =
          Files.readAttributes(log, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!Objects.equals(found.fileKey(), file) || found.size() < position) {
        file = found.fileKey();
        position = 0;
      }
      try (FileChannel channel =
              FileChannel.open(log, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
          InputStream in = Channels.newInputStream(channel.position(position))) {
        read(in, found.size() - position, sink);
      }
    } catch (NoSuchFileException e) {
      position = 0;
    } catch (IOException e) {
      throw new AuditException(log + ": could not be read: " + e.getMessage(), e);
    }
  }

  private void read(InputStream in, long length, Consumer<AuditRecord> sink) throws IOException {
    long start = position;
    BoundedLines lines = new BoundedLines(in, length);
    for (byte[] line = lines.next(); line != null && lines.complete(); line = lines.next()) {
      position = start + lines.offset();
      try {
        AuditRecord record = AuditLine.read(line);
        if (record.sequence() > sequence || record.time().isAfter(time)) {
          sequence = record.sequence();
          time = record.time();
          sink.accept(record);
        }
      } catch (JsonException e) {
        // No record; 'audit verify' is who says so.
      }
    }
  }
}
