package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.methods;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class HostAnswerTest {
  @Test
  void connectionThatTheHostResetGetsAnAnswer() {
    try (ProxiedHost good = ProxiedHost.of(TestHost.speaking((in, out) -> in.read()))) {
      assertThat(good.inside.send(ProxiedHost.get("/")).answer()).startsWith("HTTP/1.1 502");
    }
  }

  @Test
  void hostThatIsNotThereGetsAnAnswer() {
    try (Harness harness = new Harness(policy(host("good.org", 80, 443)));
        Conversation first = harness.proxied();
        Conversation second = harness.proxied();
        Conversation third = harness.proxied()) {
      harness.names.put("good.org", List.of(InetAddress.ofLiteral(ProxiedHost.ADDRESS)));
      assertThat(first.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 502");
      assertThat(second.send("CONNECT good.org:443 HTTP/1.1\r\n\r\n").answer())
          .startsWith("HTTP/1.1 502");
      harness.names.clear();
      assertThat(third.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 502")
          .contains("was not found");
    }
  }

  @Test
  void idleConnectionThatTheHostClosedIsMadeAnew() {
    try (ProxiedHost good = ProxiedHost.answering("hello")) {
      assertThat(good.inside.send(ProxiedHost.get("/1")).answer()).endsWith("hello");
      good.host.disconnect();
      assertThat(good.inside.send(ProxiedHost.get("/2")).answer()).endsWith("hello");
      assertThat(good.host.connections()).isEqualTo(2);
    }
  }

  @Test
  void answerToHeadHasNoBodyAndTheNextRequestIsRead() {
    try (ProxiedHost good =
        ProxiedHost.of(
            TestHost.http(
                request ->
                    request.startsWith("HEAD")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
                        : TestHost.ok("hello")))) {
      good.inside.send(ProxiedHost.get("/1").replaceFirst("GET", "HEAD"));
      String head = good.inside.read("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n".length());
      assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
      assertThat(good.inside.send(ProxiedHost.get("/2")).answer()).endsWith("hello");
    }
  }

  @Test
  void webSocketPassesAfterTheHostAgreed() {
    try (ProxiedHost good =
        ProxiedHost.of(
            TestHost.speaking(
                (in, out) -> {
                  TestHost.request(in);
                  out.write(
                      ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                              + "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nfirst")
                          .getBytes(StandardCharsets.ISO_8859_1));
                  out.flush();
                  in.transferTo(out);
                }),
            policy(methods("good.org", 80, "GET")))) {
      String answer =
          good.inside
              .send(
                  "GET http://good.org/ws HTTP/1.1\r\nHost: good.org\r\nUpgrade: websocket\r\n"
                      + "Connection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n")
              .answer();
      assertThat(answer).startsWith("HTTP/1.1 101").containsIgnoringCase("upgrade: websocket");
      assertThat(good.inside.read(5)).isEqualTo("first");
      assertThat(good.inside.send("echo").read(4)).isEqualTo("echo");
    }
  }

  @Test
  void protocolThatTheHostChangesUnaskedIsRefused() {
    try (ProxiedHost good =
        ProxiedHost.of(
            TestHost.http(
                request -> "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nwhatever"))) {
      String answer =
          good.inside
              .send(
                  "GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\nUpgrade: h2c\r\n"
                      + "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n\r\n")
              .answer();
      assertThat(answer).startsWith("HTTP/1.1 502");
      assertThat(good.host.requests.getFirst()).doesNotContainIgnoringCase("h2c");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 1000\r\n\r\nbegun",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n",
        "Connection: close\r\n\r\nbegun",
      })
  void answerThatBreaksOffDoesNotPassForAWholeOne(String begun) {
    try (ProxiedHost good =
        ProxiedHost.of(TestHost.http(request -> "HTTP/1.1 200 OK\r\n" + begun))) {
      String head = good.inside.send(ProxiedHost.get("/1") + ProxiedHost.get("/2")).head();
      assertThat(head).startsWith("HTTP/1.1 200");
      good.inside.readUntil("begun");
      good.host.reset();
      assertThat(good.inside.rest()).doesNotContain("0\r\n").doesNotContain("HTTP/1.1");
      Harness.await(() -> !good.harness.endings().isEmpty());
      assertThat(good.host.connections()).isEqualTo(1);
    }
  }
}
