package dev.claw.egress;

import static dev.claw.egress.Brokered.call;
import static dev.claw.egress.Brokered.harness;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies of model calls that agents leave unfinished. The harness admits 4 MiB of them. */
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class HeldBodyTest {
  private static final String BODY = "{\"model\":\"m1\",\"x\":\"" + "a".repeat(800_000) + "\"}";

  /** A call of which all but the last byte has been sent. */
  private static Conversation unfinished(Conversation inside) {
    String whole = call("/chat/completions", BODY);
    String head = whole.substring(0, whole.length() - BODY.length() - 2);
    inside.send(head + "Expect: 100-continue\r\n\r\n");
    assertThat(inside.head()).startsWith("HTTP/1.1 100");
    return inside.send(BODY.substring(0, BODY.length() - 1));
  }

  @Test
  void agentThatFinishesNoCallGetsHalfOfTheRoomAndItBackWhenTheyEnd() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"));
        Harness harness = harness(host, "openai-completions", "key")) {
      List<Conversation> calls = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        calls.add(unfinished(harness.connect("127.0.0.1", 3129)));
      }
      List<String> answers = calls.stream().map(call -> call.send("}").head()).toList();
      assertThat(answers).filteredOn(answer -> answer.startsWith("HTTP/1.1 503")).isNotEmpty();
      assertThat(answers).filteredOn(answer -> answer.startsWith("HTTP/1.1 200")).isNotEmpty();
      assertThat(harness.denied()).extracting(Denied::reason).containsOnly(Reason.LIMIT);
      calls.forEach(Conversation::close);
      Harness.await(() -> harness.egress.connections() == 0);
      try (Conversation inside = harness.connect("127.0.0.1", 3129)) {
        assertThat(inside.send(call("/chat/completions", BODY)).head()).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void oneAgentCanNotTakeAllOfTheRoomFromAnother() {
    HeldBytes room = new HeldBytes(1000);
    HeldBytes.Share greedy = room.share();
    assertThat(greedy.take(500)).isTrue();
    assertThat(greedy.take(1)).isFalse();
    HeldBytes.Share second = room.share();
    assertThat(second.take(250)).isTrue();
    assertThat(second.take(1)).isFalse();
    HeldBytes.Share third = room.share();
    assertThat(third.take(100)).isTrue();
    greedy.giveBack(500);
    assertThat(second.take(100)).isTrue();
  }

  @Test
  void bodyOfManySmallPiecesIsWholeAndCountsByBlocks() {
    HeldBytes room = new HeldBytes(1024 * 1024);
    HeldBytes.Share share = room.share();
    HeldBody body = new HeldBody(share, UnpooledByteBufAllocator.DEFAULT);
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      String piece = Integer.toString(i);
      sent.append(piece);
      assertThat(body.add(Unpooled.copiedBuffer(piece, StandardCharsets.US_ASCII))).isTrue();
    }
    assertThat(body.size()).isEqualTo(sent.length());
    ByteBuf whole = body.whole();
    assertThat(whole.toString(StandardCharsets.US_ASCII)).isEqualTo(sent.toString());
    assertThat(((CompositeByteBuf) whole).numComponents()).isLessThan(10);
    assertThat(share.take(512 * 1024)).isFalse();
    whole.release();
    body.release();
    body.release();
    assertThat(whole.refCnt()).isZero();
    assertThat(share.take(512 * 1024)).isTrue();
  }

  @Test
  void callThatIsRefusedHoldsNothing() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("{}"))) {
      EmbeddedAgent embedded = new EmbeddedAgent();
      HeldBytes.Share share = embedded.agent.bodies();
      long half = Harness.LIMITS.heldBodyBytes() / 2;
      RunningCall call =
          new RunningCall(
              new DefaultHttpRequest(
                  HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/providers/p/chat/completions"),
              embedded.client(),
              UnpooledByteBufAllocator.DEFAULT);
      assertThat(call.readHead(Brokered.models(host, "openai-completions", ""))).isTrue();
      call.take(Unpooled.copiedBuffer(BODY.replace('}', ','), StandardCharsets.US_ASCII));
      assertThat(share.take(half)).isFalse();
      call.take(Unpooled.copiedBuffer("\"models\":[", StandardCharsets.US_ASCII));
      assertThat(share.take(half)).isTrue();
      call.end();
    }
  }
}
