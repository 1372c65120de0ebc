package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstProtocolTest {
  private static FirstProtocol of(String bytes) {
    return FirstProtocol.of(Unpooled.wrappedBuffer(bytes.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "get /",
        "BREW /pot",
        "OPTIONS *",
        "GET  /x",
        "GET\t/x",
        "GET http://a.b/",
        "GET HTTP://a.b/",
        "\r\n\r\nGET /x",
        " GET /x",
        "\t \nGET /x",
        "GET foo HTTP/1.1\r\n",
        "post foo http/1.1\n",
        "GET ?x HTTP/1.0\r\nHost: a.b",
      })
  void whatALenientServerTakesForARequestIsHttp(String bytes) {
    assertThat(of(bytes)).isEqualTo(FirstProtocol.HTTP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-x\r\n",
        "EHLO host.example\r\n",
        "USER hans\r\n",
        "QUIT\r\n",
        "GET key\r\n",
        "get key other\r\n",
        "*1\r\n$4\r\nPING\r\n",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "\u0016\u0004",
        "\u0000",
      })
  void otherProtocolIsNone(String bytes) {
    assertThat(of(bytes)).isEqualTo(FirstProtocol.OTHER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "G", "GET", "GET ", "GET h", "GET htt", "\r\n", " ", "\u0016", "GET foo HTT"})
  void beginningSaysNothing(String bytes) {
    assertThat(of(bytes)).isEqualTo(FirstProtocol.UNKNOWN);
  }

  @Test
  void nothingIsUnknownForLong() {
    assertThat(of("GET " + "f".repeat(FirstProtocol.MOST_BYTES))).isEqualTo(FirstProtocol.HTTP);
    assertThat(of("\r\n".repeat(FirstProtocol.MOST_BYTES))).isEqualTo(FirstProtocol.HTTP);
  }
}
