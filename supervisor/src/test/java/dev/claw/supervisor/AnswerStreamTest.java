package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerStreamTest {
  private final List<String> deltas = new ArrayList<>();
  private final AnswerStream stream = new AnswerStream(deltas::add);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private boolean feed(String text) {
    byte[] all = bytes(text);
    return stream.accept(false, all, all.length);
  }

  private static String delta(String json) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":" + json + "}}]}\n\n";
  }

  @Test
  void piecesAreWholeHoweverTheBytesAreCut() {
    String all =
        ": comment\r\n"
            + delta("\"gr\u00fc\u00df\"")
            + delta("\"e\\n\\u001b[2J\"")
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"
            + "data: [DONE]\n\n";
    for (byte one : bytes(all)) {
      assertThat(stream.accept(false, new byte[] {one}, 1)).isTrue();
    }
    stream.end();
    assertThat(deltas).containsExactly("gr\u00fc\u00df", "e\n\u001b[2J");
    assertThat(stream.text()).isEqualTo("gr\u00fc\u00dfe\n\u001b[2J");
    assertThat(stream.inputTokens()).isEqualTo(7);
    assertThat(stream.outputTokens()).isEqualTo(3);
    assertThat(stream.isComplete()).isTrue();
    assertThat(stream.failure()).isEmpty();
  }

  @Test
  void anErrorInTheStreamIsAFailure() {
    feed(delta("\"half\"") + "data: {\"error\":{\"message\":\"rate limit\"}}\n\ndata: [DONE]\n\n");
    assertThat(stream.failure()).isEqualTo("rate limit");
    assertThat(stream.text()).isEqualTo("half");
  }

  @Test
  void anErrorBodyNeedsNoLineFeed() {
    feed("{\"error\":{\"message\":\"Unauthorized\",\"type\":\"unauthorized\"}}");
    stream.end();
    assertThat(stream.failure()).isEqualTo("Unauthorized");
    assertThat(stream.isComplete()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>not the gateway</html>",
        "data: {",
        "data: [1",
        "data: {\"a\":1,\"a\":2}",
        "data: \u0000",
        "event: x",
      })
  void whatIsNoEventIsAFailure(String line) {
    feed(line + "\n");
    assertThat(stream.failure()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: null",
        "data: []",
        "data: {\"choices\":7}",
        "data: {\"choices\":[{\"delta\":{\"content\":{\"a\":1}}}]}",
        "data: {\"usage\":{\"prompt_tokens\":\"many\"}}",
      })
  void oddShapesSayNothing(String line) {
    assertThat(feed(line + "\n")).isTrue();
    assertThat(deltas).isEmpty();
    assertThat(stream.inputTokens()).isEqualTo(-1);
  }

  @Test
  void aLineWithoutEndIsRefused() {
    byte[] part = new byte[64 * 1024];
    int parts = 0;
    while (stream.accept(false, part, part.length)) {
      parts++;
    }
    assertThat(parts).isEqualTo(AnswerStream.LONGEST_LINE / part.length);
    assertThat(stream.failure()).contains("line of more than");
  }

  @Test
  void anAnswerWithoutEndIsRefused() {
    String delta = delta('"' + "a".repeat(500_000) + '"');
    int count = 0;
    while (feed(delta)) {
      count++;
    }
    assertThat(count).isEqualTo(AnswerStream.LONGEST_ANSWER / 500_000);
    assertThat(stream.failure()).contains("longer than");
  }

  @Test
  void noiseOnStandardErrorIsBounded() {
    byte[] part = new byte[3000];
    stream.accept(true, part, part.length);
    stream.accept(true, part, part.length);
    assertThat(stream.accept(true, part, part.length)).isTrue();
    assertThat(stream.errors().length()).isLessThanOrEqualTo(4096);
  }
}
