package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines between the chunks of a request's body (RFC 9112, 7.1). Extensions and trailers are
 * refused: nobody needs them, and servers differ about them.
 */
final class ChunkedBody {
  private enum Expect {
    SIZE,
    DATA,
    DATA_END,
    LAST_LINE
  }

  /** What a look at the buffer gave. */
  sealed interface Step {
    /** More bytes are needed. */
    record Wait() implements Step {}

    /** So many bytes of the buffer are content. */
    record Content(int bytes) implements Step {}

    /** The body has ended. */
    record End() implements Step {}

    /** It is no chunked body. */
    record Bad(String why) implements Step {}
  }

  private static final int LONGEST_SIZE = 12;

  private Expect expect = Expect.SIZE;
  private long left;

  /** Consumes what is no content; the caller consumes content before it asks again. */
  Step next(ByteBuf in) {
    while (true) {
      switch (expect) {
        case SIZE -> {
          String line = line(in, LONGEST_SIZE);
          if (line == null) {
            return in.readableBytes() > LONGEST_SIZE ? bad() : new Step.Wait();
          }
          if (line.isEmpty() || !line.chars().allMatch(ChunkedBody::isHex)) {
            return bad();
          }
          left = Long.parseLong(line, 16);
          expect = left == 0 ? Expect.LAST_LINE : Expect.DATA;
        }
        case DATA -> {
          if (left == 0) {
            expect = Expect.DATA_END;
          } else if (!in.isReadable()) {
            return new Step.Wait();
          } else {
            int bytes = (int) Math.min(left, in.readableBytes());
            left -= bytes;
            return new Step.Content(bytes);
          }
        }
        case DATA_END, LAST_LINE -> {
          if (in.readableBytes() < 2) {
            return in.isReadable() && in.getByte(in.readerIndex()) != '\r'
                ? bad()
                : new Step.Wait();
          }
          if (in.readByte() != '\r' || in.readByte() != '\n') {
            return bad();
          }
          if (expect == Expect.LAST_LINE) {
            return new Step.End();
          }
          expect = Expect.SIZE;
        }
      }
    }
  }

  /** A line without its CRLF; null where there is none within the bound. */
  private static @Nullable String line(ByteBuf in, int most) {
    int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    int length = end - in.readerIndex() - 1;
    if (end < 0 || length > most) {
      return null;
    }
    if (length < 0 || in.getByte(end - 1) != '\r') {
      in.readerIndex(end + 1);
      return "";
    }
    String line = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1);
    in.readerIndex(end + 1);
    return line;
  }

  private static boolean isHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static Step bad() {
    return new Step.Bad("the chunked body has a line that is no chunk's");
  }
}
