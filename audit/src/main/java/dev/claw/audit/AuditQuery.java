package dev.claw.audit;

import dev.claw.lock.JsonException;
import dev.claw.lock.PrivateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which records of a log to show. A query reads, it does not verify: it skips what is no record.
 *
 * @param since only records not before; null for all
 * @param until only records before; null for all
 * @param typePrefix only types that are this or start with it and a dot, such as {@code agent};
 *     empty for all
 * @param tail only so many last ones of those that fit, up to {@link #MOST_TAIL}; negative for all
 */
public record AuditQuery(
    @Nullable Instant since, @Nullable Instant until, String typePrefix, int tail) {
  /** Most records that a tail holds in memory. */
  public static final int MOST_TAIL = 100_000;

  /** All records. */
  public static final AuditQuery ALL = new AuditQuery(null, null, "", -1);

  /**
   * Passes the records that fit on, in their order.
   *
   * @return how many lines were no record, a torn last one included
   * @throws AuditException if the file can't be read; a log that does not exist yet is empty
   */
  public long run(Path log, Consumer<AuditRecord> sink) throws AuditException {
    Deque<AuditRecord> last = new ArrayDeque<>();
    int keep = Math.min(tail, MOST_TAIL);
    long skipped = 0;
    try {
      PrivateFile.check(log);
      try (InputStream in = Files.newInputStream(log, LinkOption.NOFOLLOW_LINKS)) {
        BoundedLines lines = new BoundedLines(in, Long.MAX_VALUE);
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
          try {
            AuditRecord record = AuditLine.read(line);
            if (!fits(record)) {
              continue;
            }
            if (tail < 0) {
              sink.accept(record);
            } else {
              last.addLast(record);
              if (last.size() > keep) {
                last.removeFirst();
              }
            }
          } catch (JsonException e) {
            skipped++;
          }
        }
      }
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new AuditException(log + ": could not be read: " + e.getMessage(), e);
    }
    last.forEach(sink);
    return skipped;
  }

  private boolean fits(AuditRecord record) {
    String type = record.event().type();
    return (since == null || !record.time().isBefore(since))
        && (until == null || record.time().isBefore(until))
        && (typePrefix.isEmpty() || type.equals(typePrefix) || type.startsWith(typePrefix + "."));
  }
}
