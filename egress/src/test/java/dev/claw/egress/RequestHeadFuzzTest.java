package dev.claw.egress;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;

/**
 * Any bytes: requests, bodies or one refusal come out, and nothing behind a refusal. The build
 * replays the known inputs; {@code JAZZER_FUZZ=1} looks for new ones.
 */
class RequestHeadFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void readsOrRefuses(byte[] bytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(EgressLimits.DEFAULT));
    ByteBuf input = Unpooled.wrappedBuffer(bytes);
    channel.writeInbound(input.readRetainedSlice(bytes.length / 2), input);
    boolean refused = false;
    for (Object out = channel.readInbound(); out != null; out = channel.readInbound()) {
      if (refused) {
        throw new AssertionError("something behind a refusal: " + out);
      }
      refused = out instanceof MalformedRequest;
      if (out instanceof HttpRequest request && request.uri().chars().anyMatch(c -> c <= ' ')) {
        throw new AssertionError("a target with a control character");
      }
      ReferenceCountUtil.release(out);
    }
    channel.finishAndReleaseAll();
  }
}
