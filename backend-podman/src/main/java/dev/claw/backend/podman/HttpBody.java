package dev.claw.backend.podman;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The body of an answer as its head delimits it (RFC 9112, section 6.3). */
final class HttpBody {
  private static final int LONGEST_CHUNK_LINE = 4096;

  private HttpBody() {}

  /**
   * @param head of the answer
   * @param in the connection after the head
   * @return the body, ending where the body ends; for an upgraded connection all that follows
   */
  static InputStream of(HttpHead head, InputStream in) throws IOException {
    if (head.status() == 101) {
      return in;
    }
    if (head.status() == 204 || head.status() == 304) {
      return InputStream.nullInputStream();
    }
    Optional<String> coding = head.find("transfer-encoding");
    Optional<String> length = head.find("content-length");
    if (coding.isPresent()) {
      if (length.isPresent() || !coding.get().toLowerCase(Locale.ROOT).equals("chunked")) {
        throw new IOException("the answer's length is ambiguous");
      }
      return new Chunked(in);
    }
    return length.isPresent() ? new Fixed(in, length(length.get())) : in;
  }

  private static long length(String text) throws IOException {
    if (!text.matches("[0-9]{1,18}")) {
      throw new IOException("the answer's length is not a number");
    }
    return Long.parseLong(text);
  }

  @SuppressWarnings("InputStreamSlowMultibyteRead") // both subclasses override it
  private abstract static class Delimited extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
  }

  private static final class Fixed extends Delimited {
    private final InputStream in;
    private long left;

    Fixed(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (length == 0) {
        return 0;
      }
      if (left == 0) {
        return -1;
      }
      int count = in.read(bytes, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new EOFException("the answer ends in its body");
      }
      left -= count;
      return count;
    }
  }

  private static final class Chunked extends Delimited {
    private final InputStream in;
    private @Nullable Fixed chunk;
    private boolean done;

    Chunked(InputStream in) {
      this.in = in;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (length == 0) {
        return 0;
      }
      while (!done) {
        Fixed current = chunk;
        if (current == null) {
          current = next();
          chunk = current;
        } else {
          int count = current.read(bytes, offset, length);
          if (count > 0) {
            return count;
          }
          if (!HttpHead.line(in, new int[] {2}).isEmpty()) {
            throw new IOException("a chunk is longer than it says");
          }
          chunk = null;
        }
      }
      return -1;
    }

    private @Nullable Fixed next() throws IOException {
      String line = HttpHead.line(in, new int[] {LONGEST_CHUNK_LINE});
      int semicolon = line.indexOf(';');
      String size = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
      if (!size.matches("[0-9a-fA-F]{1,15}")) {
        throw new IOException("a chunk's size is not a number");
      }
      long bytes = Long.parseLong(size, 16);
      if (bytes > 0) {
        return new Fixed(in, bytes);
      }
      int[] left = {LONGEST_CHUNK_LINE};
      while (!HttpHead.line(in, left).isEmpty()) {
        // trailer fields say nothing that claw needs
      }
      done = true;
      return null;
    }
  }
}
