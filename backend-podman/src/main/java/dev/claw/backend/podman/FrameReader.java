package dev.claw.backend.podman;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Two streams in one: each frame has a type byte, three zero bytes, a length of four bytes in
 * network order, and so many bytes. Frames of any length pass through a buffer of fixed size.
 */
final class FrameReader {
  private static final int PART = 64 * 1024;

  /** Takes what the frames carry. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes a part of a frame.
     *
     * @param error whether it is standard error
     * @param first whether a frame begins here
     * @return false to end
     */
    boolean accept(boolean error, boolean first, byte[] bytes, int length) throws IOException;
  }

  private final InputStream in;

  FrameReader(InputStream in) {
    this.in = in;
  }

  /**
   * Reads until the stream ends between two frames or the sink declines.
   *
   * @return false where the sink declined
   */
  boolean read(Sink sink) throws IOException {
    byte[] head = new byte[8];
    byte[] part = new byte[PART];
    while (true) {
      int count = in.readNBytes(head, 0, head.length);
      if (count == 0) {
        return true;
      }
      if (count < head.length) {
        throw new EOFException("the stream ends in a frame's head");
      }
      if (head[0] < 0 || head[0] > 3 || head[1] != 0 || head[2] != 0 || head[3] != 0) {
        throw new IOException("the stream is not in frames");
      }
      long left = Integer.toUnsignedLong(ByteBuffer.wrap(head, 4, 4).getInt());
      // Type 3 is Podman's own word on a failure within the stream.
      boolean error = head[0] >= 2;
      for (boolean first = true; first || left > 0; first = false) {
        int length = in.readNBytes(part, 0, (int) Math.min(left, part.length));
        if (length == 0 && left > 0) {
          throw new EOFException("the stream ends in a frame");
        }
        if (!sink.accept(error, first, part, length)) {
          return false;
        }
        left -= length;
      }
    }
  }
}
