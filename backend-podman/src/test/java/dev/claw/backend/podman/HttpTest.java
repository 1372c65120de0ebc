package dev.claw.backend.podman;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  @Test
  void readsABodyOfGivenLength() throws IOException {
    assertThat(body(OK + "Content-Length: 3\r\n\r\nabcdef")).isEqualTo("abc");
    assertThat(body(OK + "content-length:0\r\n\r\nabc")).isEmpty();
  }

  @Test
  void readsChunks() throws IOException {
    assertThat(
            body(
                OK
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n"
                    + "Trailer: x\r\n\r\nrest"))
        .isEqualTo("abc0123456789");
  }

  @Test
  void readsUntilTheEndWhereNothingElseIsSaid() throws IOException {
    assertThat(body(OK + "\r\nabc")).isEqualTo("abc");
    assertThat(body("HTTP/1.1 101 UPGRADED\r\nContent-Length: 1\r\n\r\nabc")).isEqualTo("abc");
  }

  @Test
  void knowsAnswersWithoutBody() throws IOException {
    assertThat(body("HTTP/1.1 204 No Content\r\n\r\nabc")).isEmpty();
    assertThat(body("HTTP/1.1 304 Not Modified\r\n\r\nabc")).isEmpty();
  }

  @Test
  void passesOverInterimAnswers() throws IOException {
    assertThat(body("HTTP/1.1 100 Continue\r\n\r\n" + OK + "Content-Length: 1\r\n\r\na"))
        .isEqualTo("a");
  }

  @Test
  void readsTheRecordedAnswers() throws IOException {
    InputStream in =
        new ByteArrayInputStream(FakeService.fixture("4.3.1/ping.http").getBytes(ISO_8859_1));
    HttpHead head = HttpHead.read(in);
    assertThat(head.find("libpod-api-version")).contains("4.3.1");
    assertThat(new String(HttpBody.of(head, in).readAllBytes(), ISO_8859_1)).isEqualTo("OK");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 -20 OK\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
        OK,
        OK + "Content-Length: 3\r\n",
        OK + "no colon\r\n\r\n",
        OK + " folded: x\r\n\r\n",
        OK + ": x\r\n\r\n",
        OK + "Na me: x\r\n\r\n",
        OK + "Name: \u0000\r\n\r\n",
        OK + "Content-Length: 3\r\n\r\nab",
        OK + "Content-Length: -1\r\n\r\nab",
        OK + "Content-Length: +1\r\n\r\nab",
        OK + "Content-Length: 99999999999999999999\r\n\r\nab",
        OK + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        OK + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: identity\r\n\r\nab",
        OK + "Transfer-Encoding: chunked\r\n\r\n3\r\nab",
        OK + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
        OK + "Transfer-Encoding: chunked\r\n\r\n"
      })
  void refusesWhatIsNotOneWholeAnswer(String text) {
    assertThatThrownBy(() -> body(text)).isInstanceOf(IOException.class);
  }

  @Test
  void boundsTheHead() {
    assertThatThrownBy(() -> body(OK + "A: " + "x".repeat(40_000) + "\r\n\r\n"))
        .hasMessageContaining("too long");
    assertThatThrownBy(() -> body(OK + "A: x\r\n".repeat(101) + "\r\n"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> body("HTTP/1.1 100 Continue\r\n\r\n".repeat(20)))
        .hasMessageContaining("never begins");
    assertThatThrownBy(
            () -> body(OK + "Transfer-Encoding: chunked\r\n\r\n1;" + "x".repeat(5000) + "\r\na"))
        .isInstanceOf(IOException.class);
  }

  private static String body(String text) throws IOException {
    InputStream in = new ByteArrayInputStream(text.getBytes(ISO_8859_1));
    return new String(HttpBody.of(HttpHead.read(in), in).readAllBytes(), ISO_8859_1);
  }
}
