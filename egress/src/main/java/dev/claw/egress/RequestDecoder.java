package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Requests from inside, as Netty's HTTP objects. Netty's own decoder joins folded lines and passes
 * over more than we want to pass on, and its strictness changes between versions; what stands
 * between an agent and the world must not. After a CONNECT, and after {@link #stop}, the bytes that
 * follow stay for the next handler.
 */
final class RequestDecoder extends ByteToMessageDecoder {
  private enum State {
    HEAD,
    LENGTH,
    CHUNKED,
    STOPPED,
    BROKEN
  }

  private final int headBytes;
  private final int lineBytes;
  private final Duration headTime;
  private State state = State.HEAD;
  private int scanned;
  private long left;
  private ChunkedBody chunks = new ChunkedBody();
  private @Nullable Future<?> deadline;

  RequestDecoder(EgressLimits limits) {
    this.headBytes = limits.headBytes();
    this.lineBytes = limits.lineBytes();
    this.headTime = limits.head();
  }

  /** Decodes nothing more; what is buffered goes on when this handler is removed. */
  void stop() {
    state = State.STOPPED;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    switch (state) {
      case HEAD -> head(ctx, in, out);
      case LENGTH -> {
        int bytes = (int) Math.min(left, in.readableBytes());
        if (bytes > 0) {
          left -= bytes;
          out.add(new DefaultHttpContent(in.readRetainedSlice(bytes)));
        }
        if (left == 0) {
          out.add(LastHttpContent.EMPTY_LAST_CONTENT);
          state = State.HEAD;
        }
      }
      case CHUNKED -> chunk(in, out);
      case STOPPED -> {}
      case BROKEN -> in.skipBytes(in.readableBytes());
    }
  }

  private void chunk(ByteBuf in, List<Object> out) {
    switch (chunks.next(in)) {
      case ChunkedBody.Step.Wait wait -> {}
      case ChunkedBody.Step.Content content ->
          out.add(new DefaultHttpContent(in.readRetainedSlice(content.bytes())));
      case ChunkedBody.Step.End end -> {
        out.add(LastHttpContent.EMPTY_LAST_CONTENT);
        state = State.HEAD;
      }
      case ChunkedBody.Step.Bad bad -> broken(in, out, new MalformedRequest(400, bad.why()));
    }
  }

  private void head(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    // RFC 9112, 2.2: at least one empty line before a request line is passed over.
    if (scanned == 0 && in.readableBytes() >= 2 && in.getShort(in.readerIndex()) == 0x0d0a) {
      in.skipBytes(2);
    }
    int seen = scanned;
    int length = headLength(in);
    if (length < 0) {
      lookEarly(in, seen, out);
    }
    if (state == State.HEAD && (length < 0 ? in.readableBytes() : length) > headBytes) {
      broken(in, out, new MalformedRequest(431, "the head is longer than " + headBytes + " bytes"));
    }
    if (state == State.BROKEN) {
      return;
    }
    if (length < 0) {
      if (deadline == null && in.isReadable()) {
        deadline =
            ctx.executor().schedule(() -> late(ctx), headTime.toMillis(), TimeUnit.MILLISECONDS);
      }
      return;
    }
    endDeadline();
    ByteBuf head = in.readSlice(length);
    in.skipBytes(2);
    scanned = 0;
    switch (RequestHead.parse(head, lineBytes)) {
      case RequestHead.Refused refused -> broken(in, out, refused.malformed());
      case RequestHead.Sound sound -> {
        out.add(sound.request());
        switch (sound.framing()) {
          case NONE -> {
            out.add(LastHttpContent.EMPTY_LAST_CONTENT);
            if (sound.request().method().equals(HttpMethod.CONNECT)) {
              state = State.STOPPED;
            }
          }
          case LENGTH -> {
            left = sound.length();
            state = State.LENGTH;
          }
          case CHUNKED -> {
            chunks = new ChunkedBody();
            state = State.CHUNKED;
          }
        }
      }
    }
  }

  /** Does not wait for the end of what can't become a head. */
  private void lookEarly(ByteBuf in, int seen, List<Object> out) {
    int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    int first = end < 0 ? in.readableBytes() : end - in.readerIndex() + 1;
    if (first > lineBytes + 2) {
      String why = "the request line is longer than " + lineBytes + " bytes";
      broken(in, out, new MalformedRequest(414, why));
    } else if (hasBareLineFeed(in, in.readerIndex() + seen)) {
      broken(in, out, new MalformedRequest(400, "the head has a bare line feed"));
    } else if (in.indexOf(in.readerIndex(), in.writerIndex(), (byte) 0) >= 0) {
      broken(in, out, new MalformedRequest(400, "the head has a NUL"));
    }
  }

  private static boolean hasBareLineFeed(ByteBuf in, int from) {
    int at = in.indexOf(from, in.writerIndex(), (byte) '\n');
    while (at >= 0) {
      if (at == in.readerIndex() || in.getByte(at - 1) != '\r') {
        return true;
      }
      at = at + 1 < in.writerIndex() ? in.indexOf(at + 1, in.writerIndex(), (byte) '\n') : -1;
    }
    return false;
  }

  /** Bytes before the empty line, which is the CRLF behind a CRLF; -1 where there is none yet. */
  private int headLength(ByteBuf in) {
    int from = in.readerIndex() + Math.max(0, scanned - 3);
    for (int at = from; at + 3 < in.writerIndex(); at++) {
      int next = in.indexOf(at, in.writerIndex() - 3, (byte) '\r');
      if (next < 0) {
        break;
      }
      if (in.getInt(next) == 0x0d0a0d0a) {
        return next + 2 - in.readerIndex();
      }
      at = next;
    }
    scanned = in.readableBytes();
    return -1;
  }

  private void broken(ByteBuf in, List<Object> out, MalformedRequest why) {
    endDeadline();
    state = State.BROKEN;
    in.skipBytes(in.readableBytes());
    out.add(why);
  }

  private void late(ChannelHandlerContext ctx) {
    if (state == State.HEAD && !ctx.isRemoved()) {
      state = State.BROKEN;
      ctx.fireChannelRead(
          new MalformedRequest(
              408, "the head did not end in " + headTime.toSeconds() + " seconds"));
    }
  }

  private void endDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    endDeadline();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    endDeadline();
    super.channelInactive(ctx);
  }
}
