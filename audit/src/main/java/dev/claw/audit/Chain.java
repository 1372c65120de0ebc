package dev.claw.audit;

import dev.claw.lock.JsonException;
import dev.claw.model.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;

/**
 * How far the chain in a file reaches.
 *
 * @param sequence of the last good record; 0 for none
 * @param hash of it
 * @param end the offset after it; what follows is the rest of a crash
 */
record Chain(long sequence, Digest hash, long end) {
  static final Chain EMPTY = new Chain(0, AuditLog.NO_RECORD, 0);

  /** The record whose line ends at this offset; empty where none does. */
  static Optional<AuditRecord> recordBefore(FileChannel channel, long end) throws IOException {
    long start = Math.max(0, end - AuditLine.LONGEST - 1);
    byte[] bytes = read(channel, start, (int) (end - start));
    int last = bytes.length - 1;
    if (last < 0 || bytes[last] != '\n') {
      return Optional.empty();
    }
    int first = last;
    while (first > 0 && bytes[first - 1] != '\n') {
      first--;
    }
    if (first == 0 && start > 0) {
      return Optional.empty();
    }
    return parse(bytes, first, last);
  }

  /** The offset after the last line feed; 0 where there is none. */
  static long lastLineEnd(FileChannel channel) throws IOException {
    for (long end = channel.size(); end > 0; ) {
      long start = Math.max(0, end - 65536);
      byte[] bytes = read(channel, start, (int) (end - start));
      for (int i = bytes.length - 1; i >= 0; i--) {
        if (bytes[i] == '\n') {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }

  /** Goes on over the good records that follow, which no head has sealed yet. */
  Chain extended(FileChannel channel) throws IOException {
    Chain chain = this;
    for (Optional<Chain> next = chain.next(channel); next.isPresent(); ) {
      chain = next.get();
      next = chain.next(channel);
    }
    return chain;
  }

  private Optional<Chain> next(FileChannel channel) throws IOException {
    int most = (int) Math.min(AuditLine.LONGEST, channel.size() - end);
    byte[] bytes = read(channel, end, most);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        long after = end + i + 1;
        return parse(bytes, 0, i)
            .filter(next -> next.sequence() == sequence + 1 && next.previous().equals(hash))
            .map(next -> new Chain(next.sequence(), next.hash(), after));
      }
    }
    return Optional.empty();
  }

  private static Optional<AuditRecord> parse(byte[] bytes, int from, int to) {
    try {
      return Optional.of(AuditLine.read(Arrays.copyOfRange(bytes, from, to)));
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  private static byte[] read(FileChannel channel, long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    int count;
    do {
      count = channel.read(buffer, position + buffer.position());
    } while (count > 0 && buffer.hasRemaining());
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}
