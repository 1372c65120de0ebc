package dev.claw.egress;

import static dev.claw.egress.Brokered.call;
import static dev.claw.egress.Brokered.called;
import static dev.claw.egress.Brokered.harness;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What calls of a model cost the budget. */
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class CallMeterTest {
  private static final String CALL = call("/v1/messages", "{\"model\":\"m1\"}");
  private static final String STREAM =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"type\":\"message_start\","
          + "\"message\":{\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n";

  /** A host that says so much, and then nothing more until it may end. */
  private static TestHost saying(String answer, CountDownLatch end) {
    return TestHost.speaking(
        (in, out) -> {
          TestHost.request(in);
          out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
          out.flush();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "|{'usage':{'input_tokens':3,'cache_creation_input_tokens':1800,"
            + "'cache_read_input_tokens':5000,'output_tokens':1,"
            + "'cache_creation':{'ephemeral_5m_input_tokens':1800}}}|, 6803, 1",
        "|{'usage':{'input_tokens':70,'input_tokens_details':{'cached_tokens':60},"
            + "'output_tokens':9,'output_tokens_details':{'reasoning_tokens':8}}}|, 70, 9",
        "|{'usage':{'prompt_tokens':70,'prompt_tokens_details':{'cached_tokens':60},"
            + "'cache_read_input_tokens':60,'completion_tokens':9}}|, 70, 9",
        "|{'usageMetadata':{'promptTokenCount':10,'cachedContentTokenCount':5,"
            + "'toolUsePromptTokenCount':4,'candidatesTokenCount':20,"
            + "'thoughtsTokenCount':30000,'totalTokenCount':30034}}|, 14, 30020",
        "|{'prompt_eval_count':7,'eval_count':8}|, 7, 8",
        "|{'usage':{'input_tokens':9223372036854775807,'output_tokens':1}}|, 9007199254740991, 1",
        "|{'usage':{'input_tokens':5,'output_tokens':99999999999999999999}}|, 5, 9007199254740991",
        "|{'usage':{'input_tokens':-5,'output_tokens':2}}|, 0, 2",
      })
  void allThatAProviderCountsIsCountedOnce(String answer, long in, long out) {
    try (TestHost host = TestHost.http(request -> TestHost.ok(answer.replace('\'', '"')));
        Harness harness = harness(host, "anthropic-messages", "");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      assertThat(inside.send(CALL).answer()).startsWith("HTTP/1.1 200");
      assertThat(called(harness).inputTokens()).isEqualTo(in);
      assertThat(called(harness).outputTokens()).isEqualTo(out);
      assertThat(harness.egress.usage().modelTokens()).isEqualTo(in + out);
    }
  }

  @Test
  void hangingUpBeforeTheEndCostsWhatHasCome() {
    String text = "data: {\"text\":\"" + "x".repeat(400_000) + "\"}\n\n";
    CountDownLatch end = new CountDownLatch(1);
    try (TestHost host = saying(STREAM + text + "data: enough\n\n", end);
        Harness harness = harness(host, "anthropic-messages", "")) {
      try (Conversation inside = harness.connect("127.0.0.1", 3129)) {
        inside.send(CALL).readUntil("enough");
      }
      assertThat(called(harness).outputTokens()).isEqualTo(1);
      assertThat(harness.egress.usage().modelTokens()).isGreaterThan(100_000);
      end.countDown();
    }
  }

  @Test
  void streamThatEndsCostsWhatItSays() {
    String text = "data: {\"text\":\"" + "x".repeat(400_000) + "\"}\n\n";
    String told = "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":50}}\n\n";
    CountDownLatch end = new CountDownLatch(0);
    try (TestHost host = saying(STREAM + text + told, end);
        Harness harness = harness(host, "anthropic-messages", "");
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      inside.send(CALL).readUntil("\r\n0\r\n\r\n");
      assertThat(called(harness).outputTokens()).isEqualTo(50);
      assertThat(harness.egress.usage().modelTokens()).isEqualTo(53);
    }
  }

  @Test
  void soManyCallsAreUnderWayAtOnceAndNoMore() {
    CountDownLatch end = new CountDownLatch(1);
    List<Conversation> calls = new ArrayList<>();
    try (TestHost host = saying(STREAM, end);
        Harness harness = harness(host, "anthropic-messages", "")) {
      for (int i = 0; i < 32; i++) {
        calls.add(harness.connect("127.0.0.1", 3129));
        assertThat(calls.getLast().send(CALL).head()).startsWith("HTTP/1.1 200");
      }
      try (Conversation inside = harness.connect("127.0.0.1", 3129)) {
        assertThat(inside.send(CALL).answer()).startsWith("HTTP/1.1 503").contains("try again");
        assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.LIMIT);
        calls.removeLast().close();
        Harness.await(() -> harness.egress.connections() == 32);
        called(harness);
        assertThat(inside.send(CALL).head()).startsWith("HTTP/1.1 200");
      }
      end.countDown();
      calls.forEach(Conversation::close);
    }
  }
}
