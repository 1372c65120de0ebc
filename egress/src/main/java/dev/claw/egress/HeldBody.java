package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/**
 * A body that is held until all of it is there. It is copied into blocks of its own: a slice of
 * what was read keeps the whole read buffer alive, and a body of many small chunks many of them.
 */
final class HeldBody {
  private static final int BLOCK = 16 * 1024;

  private final HeldBytes.Share share;
  private final ByteBufAllocator alloc;
  private final CompositeByteBuf full;
  private ByteBuf last;
  private long held;
  private int size;
  private boolean released;

  HeldBody(HeldBytes.Share share, ByteBufAllocator alloc) {
    this.share = share;
    this.alloc = alloc;
    // Netty would copy them into one where there are more.
    this.full = alloc.compositeDirectBuffer(Integer.MAX_VALUE);
    this.last = alloc.buffer(0, 0);
  }

  /** Adds bytes; false where there is no room for them, and then nothing more may be added. */
  boolean add(ByteBuf bytes) {
    for (int left = bytes.readableBytes(); left > 0; left = bytes.readableBytes()) {
      if (!last.isWritable()) {
        if (!share.take(BLOCK)) {
          return false;
        }
        held += BLOCK;
        full.addComponent(true, last);
        last = alloc.directBuffer(BLOCK, BLOCK);
      }
      int fits = Math.min(left, last.writableBytes());
      last.writeBytes(bytes, fits);
      size += fits;
    }
    return true;
  }

  /** How many bytes were added. */
  int size() {
    return size;
  }

  /** All that was added, after which nothing more may be; the caller releases it. */
  ByteBuf whole() {
    full.addComponent(true, last);
    last = alloc.buffer(0, 0);
    return full.retain();
  }

  /** Lets go of it, once or more often. */
  void release() {
    if (!released) {
      released = true;
      full.release();
      last.release();
      share.giveBack(held);
    }
  }
}
