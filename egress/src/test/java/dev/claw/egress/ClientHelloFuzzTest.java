package dev.claw.egress;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Any bytes: an outcome, and the buffer as it was. The build replays the known inputs; {@code
 * JAZZER_FUZZ=1} looks for new ones.
 */
class ClientHelloFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void hasAnOutcome(byte[] bytes) {
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    ClientHello hello = ClientHello.parse(buffer);
    if (buffer.readerIndex() != 0 || buffer.readableBytes() != bytes.length) {
      throw new AssertionError("the buffer was moved by " + hello);
    }
    if (hello instanceof ClientHello.Incomplete && bytes.length > ClientHello.MOST_BYTES) {
      throw new AssertionError("waits for ever");
    }
  }
}
