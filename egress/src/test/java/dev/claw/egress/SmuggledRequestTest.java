package dev.claw.egress;

import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class SmuggledRequestTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length:\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: \u000bchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer_Encoding: x\r\n X-Folded: y\r\n",
        "Transfer_Encoding: chunked\r\n",
        "TRANSFER_ENCODING: chunked\r\nContent-Length: 5\r\n",
        "Content_Length: 5\r\n",
        "content.length: 5\r\n",
        "X: a\r\n\tb\r\n",
        "X: a\nY: b\r\n",
        "X: a\rY: b\r\n",
        "X: a\u0000b\r\n",
        "X\u0000: a\r\n",
        ": empty\r\n",
        "no colon\r\n",
        "X Y: z\r\n",
        "Host: good.org\r\n",
      })
  void headThatServersReadDifferentlyIsRefused(String field) {
    try (ProxiedHost good = ProxiedHost.answering("out")) {
      good.inside.send(
          "POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\n"
              + field
              + "\r\n0\r\n\r\nGET http://good.org/smuggled HTTP/1.1\r\nHost: good.org\r\n\r\n");
      assertThat(good.inside.answer()).containsPattern("^HTTP/1.1 (4..|501)");
      assertThat(good.host.requests).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://good.org/ HTTP/1.1\nHost: good.org\n\n",
        "GET http://good.org/ HTTP/1.1\r\nHost: good.org\n\r\n",
        "GET  http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n",
        "GET http://good.org/ HTTP/1.1 \r\nHost: good.org\r\n\r\n",
        "GET\thttp://good.org/\tHTTP/1.1\r\nHost: good.org\r\n\r\n",
        "GET http://good.org/ a HTTP/1.1\r\nHost: good.org\r\n\r\n",
        "GET http://good.org/\r\nHost: good.org\r\n\r\n",
        "GET http://good.org/ HTTP/2.0\r\nHost: good.org\r\n\r\n",
        "GET http://good.org/ HTTP/0.9\r\nHost: good.org\r\n\r\n",
        "GET http://good.org/ http/1.1\r\nHost: good.org\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "G\u0000T http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n",
        "GET http://good.org/\u00e9 HTTP/1.1\r\nHost: good.org\r\n\r\n",
        "\u0016\u0003\u0001 http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n",
      })
  void lineThatServersReadDifferentlyIsRefused(String head) {
    try (ProxiedHost good = ProxiedHost.answering("out")) {
      assertThat(good.inside.send(head).rest()).containsPattern("^HTTP/1.1 (4..|505)");
      assertThat(good.harness.denied())
          .extracting(Denied::reason)
          .containsExactly(Reason.MALFORMED_REQUEST);
      assertThat(good.host.requests).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5;ext=1\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "-1\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "\r\nhello",
        "0\r\nX-Trailer: a\r\n\r\n",
        "0\nX",
      })
  void badChunkEndsTheConnection(String body) {
    try (ProxiedHost good = ProxiedHost.answering("out")) {
      good.inside.send(
          "POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\nTransfer-Encoding: chunked\r\n\r\n"
              + body
              + "GET http://good.org/smuggled HTTP/1.1\r\nHost: good.org\r\n\r\n");
      good.inside.rest();
      assertThat(good.host.requests).noneMatch(request -> request.contains("smuggled"));
      assertThat(good.harness.denied())
          .extracting(Denied::reason)
          .contains(Reason.MALFORMED_REQUEST);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {9_000, 40_000, 1_000_000})
  void endlessRequestLineIsCutOff(int length) {
    try (Harness harness = new Harness(policy());
        Conversation inside = harness.proxied()) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> inside.send("GET http://good.org/" + "a".repeat(length)));
      assertThat(inside.rest()).startsWith("HTTP/1.1 414");
    }
  }

  @Test
  void megabyteOfHeadersIsRefused() {
    try (Harness harness = new Harness(policy());
        Conversation inside = harness.proxied()) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () ->
                  inside.send(
                      "GET http://good.org/ HTTP/1.1\r\n" + "X: aaaaaaaaaaaaa\r\n".repeat(60_000)));
      assertThat(inside.rest()).startsWith("HTTP/1.1 431");
    }
  }
}
