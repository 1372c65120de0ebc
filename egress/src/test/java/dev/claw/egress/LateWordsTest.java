package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client says after it let the server speak first. */
@Timeout(120)
class LateWordsTest {
  private static final String GREETING = "hello\r\n";

  private interface Talk {
    void with(Conversation inside, Harness harness) throws Exception;
  }

  private static void greeted(Talk talk) throws Exception {
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  out.write(GREETING.getBytes(StandardCharsets.ISO_8859_1));
                  out.flush();
                  // Sends back each byte, so that the test knows what has passed.
                  for (int b = in.read(); b >= 0; b = in.read()) {
                    out.write(b);
                    out.flush();
                  }
                });
        Harness harness = new Harness(policy(host("good.org", 8443)))) {
      harness.host("good.org", ProxiedHost.ADDRESS, 8443, host);
      try (Conversation inside =
          harness.connect(CapturedTest.addressOf(harness, "good.org"), 8443)) {
        assertThat(inside.read(GREETING.length())).isEqualTo(GREETING);
        talk.with(inside, harness);
      }
    }
  }

  private static void assertRefused(Conversation inside, Harness harness) {
    assertThat(inside.rest()).isEmpty();
    assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.PROTOCOL);
  }

  @ParameterizedTest
  @CsvSource({"G,ET /x HTTP/1.1", "GET,' /x'", "' ',GET /x", "GET foo H,'TTP/1.1\n'"})
  void requestInPiecesEndsTheConnection(String first, String second) throws Exception {
    greeted(
        (inside, harness) -> {
          assertThat(inside.send(first).read(first.length())).isEqualTo(first);
          inside.send(second);
          assertRefused(inside, harness);
        });
  }

  @Test
  void tlsInPiecesEndsTheConnection() throws Exception {
    byte[] hello = Hello.record("good.org", false);
    greeted(
        (inside, harness) -> {
          assertThat(inside.send(Arrays.copyOf(hello, 1)).read(1)).isEqualTo("\u0016");
          inside.send(Arrays.copyOfRange(hello, 1, hello.length));
          assertRefused(inside, harness);
        });
  }

  @Test
  void blankLinesBeforeARequestAreNoWayAround() throws Exception {
    String lines = "\r\n".repeat(FirstProtocol.MOST_BYTES);
    greeted(
        (inside, harness) -> {
          assertThat(inside.send(lines).read(lines.length())).isEqualTo(lines);
          inside.send("GET /x HTTP/1.1\r\n");
          assertRefused(inside, harness);
        });
  }

  @Test
  void otherProtocolPassesByteByByte() throws Exception {
    greeted(
        (inside, harness) -> {
          String said = "\r\nEHLO host\r\nGET / HTTP/1.1\r\n";
          for (int i = 0; i < said.length(); i++) {
            String each = said.substring(i, i + 1);
            assertThat(inside.send(each).read(1)).isEqualTo(each);
          }
          assertThat(harness.denied()).isEmpty();
        });
  }
}
