package dev.claw.audit;

import dev.claw.lock.JsonException;
import dev.claw.model.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far the chain in a file reaches.
 *
 * @param sequence of the last good record; 0 for none
 * @param hash of it
 * @param end the offset after it; what follows is the rest of a crash
 */
record Chain(long sequence, Digest hash, long end) {
  static final Chain EMPTY = new Chain(0, AuditLog.NO_RECORD, 0);

  // Most lines are short, and every append asks for the last one.
  private static final int CHUNK = 4096;
  private static final int LONGEST_LINE = AuditLine.LONGEST + 1;

  /** The record whose line ends at this offset; empty where none does. */
  static Optional<AuditRecord> recordBefore(FileChannel channel, long end) throws IOException {
    for (int most = CHUNK; ; most = Math.min(most * 16, LONGEST_LINE)) {
      long start = Math.max(0, end - most);
      byte[] bytes = read(channel, start, (int) (end - start));
      int last = bytes.length - 1;
      if (last < 0 || bytes[last] != '\n') {
        return Optional.empty();
      }
      int first = last;
      while (first > 0 && bytes[first - 1] != '\n') {
        first--;
      }
      if (first > 0 || start == 0) {
        return parse(bytes, first, last);
      }
      if (most == LONGEST_LINE) {
        return Optional.empty();
      }
    }
  }

  /** What is known to lie beyond the head, where it is still there; else as far as the head. */
  static Chain further(Chain head, @Nullable Chain known, FileChannel channel) throws IOException {
    if (known == null || known.sequence() <= head.sequence() || known.end() > channel.size()) {
      return head;
    }
    return recordBefore(channel, known.end())
        .filter(last -> last.sequence() == known.sequence() && last.hash().equals(known.hash()))
        .map(last -> known)
        .orElse(head);
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
    for (int most = CHUNK; ; most = Math.min(most * 16, LONGEST_LINE)) {
      byte[] bytes = read(channel, end, (int) Math.min(most, channel.size() - end));
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          long after = end + i + 1;
          return parse(bytes, 0, i)
              .filter(next -> next.sequence() == sequence + 1 && next.previous().equals(hash))
              .map(next -> new Chain(next.sequence(), next.hash(), after));
        }
      }
      if (bytes.length < most || most == LONGEST_LINE) {
        return Optional.empty();
      }
    }
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
