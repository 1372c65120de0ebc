package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.methods;
import static dev.claw.egress.Rules.paths;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(15)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class ExplicitProxyTest {
  private static final String PUBLIC = "93.184.216.34";

  @Test
  void deniedHostGetsTheCommandThatWouldAdmitIt() {
    try (Harness harness = new Harness(policy());
        Conversation inside = harness.proxied()) {
      String answer =
          inside.send("GET http://evil.org/x HTTP/1.1\r\nHost: evil.org\r\n\r\n").answer();
      assertThat(answer)
          .startsWith("HTTP/1.1 403 Forbidden\r\n")
          .endsWith(
              "{\"agent\":\"coder\",\"host\":\"evil.org\",\"port\":80,"
                  + "\"why\":\"no rule admits evil.org on port 80\","
                  + "\"allow\":\"claw egress allow coder evil.org --port 80 --for 30m\"}\n");
      assertThat(harness.lookedUp).isEmpty();
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.NO_RULE);
      // The connection lives on, and the next request is judged for itself.
      assertThat(inside.send("GET http://bad.org/ HTTP/1.1\r\nHost: bad.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void allowedRequestArrivesWithoutWhatBelongsToTheConnection() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      String answer =
          inside
              .send(
                  "POST http://Good.org./a?b=c HTTP/1.1\r\nhost: good.ORG\r\n"
                      + "Proxy-Authorization: Basic eA==\r\nProxy-Connection: keep-alive\r\n"
                      + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
                      + "Keep-Alive: 5\r\nX-End: 2\r\nContent-Length: 4\r\n\r\nbody")
              .answer();
      assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("hello");
      assertThat(host.requests).hasSize(1);
      assertThat(host.requests.getFirst())
          .startsWith("POST /a?b=c HTTP/1.1\r\n")
          .endsWith("\r\n\r\nbody")
          .containsIgnoringCase("\r\nhost: good.org\r\n")
          .contains("X-End: 2")
          .doesNotContainIgnoringCase("proxy-")
          .doesNotContainIgnoringCase("x-hop")
          .doesNotContainIgnoringCase("keep-alive")
          .doesNotContainIgnoringCase("\r\nte:");
      assertThat(harness.decided())
          .singleElement()
          .satisfies(
              decided -> {
                assertThat(decided.decision())
                    .isEqualTo(new Allowed("allow good.org:80", "", false, ""));
                assertThat(decided.address()).isEqualTo(PUBLIC);
                assertThat(decided.method()).isEqualTo("POST");
                assertThat(decided.path()).isEqualTo("/a");
              });
    }
  }

  @Test
  void eachRequestOfAConnectionIsJudged() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
        Harness harness = new Harness(policy(paths("good.org", 80, "/ok/**")));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      // Pipelined, so that the later ones are there before the first is answered.
      inside.send(
          get("/ok/1")
              + get("/secret")
              + get("/ok/../secret")
              + get("/ok/%2e%2e/x")
              + get("/ok/2"));
      assertThat(inside.answer()).startsWith("HTTP/1.1 200");
      assertThat(inside.answer()).startsWith("HTTP/1.1 403");
      assertThat(inside.answer()).startsWith("HTTP/1.1 403");
      assertThat(inside.answer()).startsWith("HTTP/1.1 403");
      assertThat(inside.answer()).startsWith("HTTP/1.1 200");
      assertThat(host.requests).hasSize(2);
      assertThat(host.connections()).isEqualTo(1);
      assertThat(harness.lookedUp).containsExactly("good.org");
    }
  }

  private static String get(String path) {
    return "GET http://good.org" + path + " HTTP/1.1\r\nHost: good.org\r\n\r\n";
  }

  @ParameterizedTest
  @CsvSource({
    "http://good.org/, evil.org, HOST_HEADER",
    "http://good.org/, good.org:81, HOST_HEADER",
    "http://good.org/, good.org@evil.org, HOST_HEADER",
    "http://good.org/, '', HOST_HEADER",
    "http://good.org:81/, good.org:81, NO_RULE",
    "http://user@good.org/, good.org, MALFORMED_HOST",
    "http://good.org:80@evil.org/, good.org, MALFORMED_HOST",
    "http://good.org:080/, good.org, MALFORMED_HOST",
    "http://good.org:99999/, good.org, MALFORMED_HOST",
    "http://2130706433/, 2130706433, MALFORMED_HOST",
    "http://0x7f.1/, 0x7f.1, MALFORMED_HOST",
    "http://0177.1/, 0177.1, MALFORMED_HOST",
    "http://[::ffff:127.0.0.1]/, [::ffff:127.0.0.1], MALFORMED_HOST",
    "http://127.0.0.1/, 127.0.0.1, NO_RULE",
    "http://169.254.169.254/, 169.254.169.254, NO_RULE",
    "https://good.org/, good.org, MALFORMED_REQUEST",
    "ftp://good.org/, good.org, MALFORMED_REQUEST",
    "/, good.org, MALFORMED_REQUEST",
    "*, good.org, MALFORMED_REQUEST",
  })
  void targetAndHostMustAgreeAndBePlain(String target, String hostHeader, Reason reason) {
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      String answer =
          inside.send("GET " + target + " HTTP/1.1\r\nHost: " + hostHeader + "\r\n\r\n").answer();
      assertThat(answer).startsWith("HTTP/1.1 40");
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(reason);
      assertThat(host.connections()).isZero();
    }
  }

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
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      inside.send(
          "POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\n"
              + field
              + "\r\n0\r\n\r\nGET http://good.org/smuggled HTTP/1.1\r\nHost: good.org\r\n\r\n");
      assertThat(inside.answer()).containsPattern("^HTTP/1.1 (4..|501)");
      assertThat(host.requests).isEmpty();
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
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      assertThat(inside.send(head).rest()).containsPattern("^HTTP/1.1 (4..|505)");
      assertThat(harness.denied())
          .extracting(Denied::reason)
          .containsExactly(Reason.MALFORMED_REQUEST);
      assertThat(host.requests).isEmpty();
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
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      inside.send(
          "POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\nTransfer-Encoding: chunked\r\n\r\n"
              + body
              + "GET http://good.org/smuggled HTTP/1.1\r\nHost: good.org\r\n\r\n");
      inside.rest();
      assertThat(host.requests).noneMatch(request -> request.contains("smuggled"));
      assertThat(harness.denied()).extracting(Denied::reason).contains(Reason.MALFORMED_REQUEST);
    }
  }

  @Test
  void chunkedBodyArrives() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      inside.send(
          "POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n");
      assertThat(inside.answer()).endsWith("out");
      assertThat(host.requests.getFirst()).contains("hello").contains("0123456789");
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

  @Test
  void headerThatMakesAnotherRequestIsRefused() {
    try (Harness harness = new Harness(policy(methods("good.org", 80, "GET")));
        Conversation inside = harness.proxied()) {
      assertThat(
              inside
                  .send(
                      "GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n"
                          + "X-HTTP-Method-Override: DELETE\r\n\r\n")
                  .answer())
          .startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void nameThatLeadsToThePrivateNetworkIsRefusedUnlessTheAddressIsNamed() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("internal"));
        Harness harness = new Harness(policy(host("rebind.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("rebind.org", "10.0.0.7", 80, host);
      String request = "GET http://rebind.org/ HTTP/1.1\r\nHost: rebind.org\r\n\r\n";
      assertThat(inside.send(request).answer())
          .startsWith("HTTP/1.1 403")
          .contains("rebind.org is 10.0.0.7, a private address that no rule names itself");
      assertThat(host.connections()).isZero();
      harness.update(policy(host("rebind.org", 80), host("10.0.0.7", 80)));
      assertThat(inside.send(request).answer()).endsWith("internal");
    }
  }

  @Test
  void nameIsLookedUpOnceAndTheVettedAddressIsUsed() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("public"));
        Harness harness = new Harness(policy(host("rebind.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("rebind.org", PUBLIC, 80, host);
      harness.log =
          event -> {
            // Between look-up and connect the name changes.
            harness.names.put("rebind.org", List.of(InetAddress.ofLiteral("127.0.0.1")));
            return CompletableFuture.completedFuture(null);
          };
      assertThat(
              inside.send("GET http://rebind.org/ HTTP/1.1\r\nHost: rebind.org\r\n\r\n").answer())
          .endsWith("public");
      assertThat(harness.lookedUp).hasSize(1);
    }
  }

  @Test
  void whatCannotBeRecordedDoesNotHappen() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 80, 443)));
        Conversation first = harness.proxied();
        Conversation second = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      harness.log = event -> CompletableFuture.failedFuture(new IllegalStateException("disk full"));
      assertThat(first.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 503")
          .contains("could not be put on record");
      assertThat(second.send("CONNECT good.org:443 HTTP/1.1\r\n\r\n").answer())
          .startsWith("HTTP/1.1 503");
      assertThat(host.connections()).isZero();
    }
  }

  @Test
  void nothingHappensBeforeItIsOnRecord() {
    CompletableFuture<Void> recorded = new CompletableFuture<>();
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      harness.log = event -> recorded;
      inside.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n");
      Harness.await(() -> !harness.events.isEmpty());
      assertThat(host.connections()).isZero();
      recorded.complete(null);
      assertThat(inside.answer()).endsWith("out");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.org:443, NO_RULE",
    "good.org:22, NO_RULE",
    "good.org, MALFORMED_HOST",
    "good.org:, MALFORMED_HOST",
    "good.org:0, MALFORMED_HOST",
    "good.org:+443, MALFORMED_HOST",
    "good.org:443/, MALFORMED_HOST",
    "good.org:443@evil.org:443, MALFORMED_HOST",
    "http://good.org:443, MALFORMED_HOST",
    "2130706433:443, MALFORMED_HOST",
    "127.0.0.1:443, NO_RULE",
    "[::1]:443, NO_RULE",
    "0.0.0.0:443, NO_RULE",
  })
  void connectToAnythingElseIsRefused(String authority, Reason reason) {
    try (Harness harness = new Harness(policy(host("good.org", 443)));
        Conversation inside = harness.proxied()) {
      assertThat(inside.send("CONNECT " + authority + " HTTP/1.1\r\n\r\n").rest())
          .containsPattern("^HTTP/1.1 40[03]");
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(reason);
      assertThat(harness.lookedUp).isEmpty();
    }
  }

  @Test
  void connectToPort80IsJudgedRequestByRequest() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
        Harness harness = new Harness(policy(paths("good.org", 80, "/ok")));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      assertThat(inside.send("CONNECT good.org:80 HTTP/1.1\r\nHost: good.org:80\r\n\r\n").answer())
          .startsWith("HTTP/1.1 200");
      assertThat(inside.send("GET /ok HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .endsWith("hello");
      assertThat(inside.send("GET /no HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 403");
      assertThat(inside.send("GET /ok HTTP/1.1\r\nHost: evil.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 403");
      assertThat(inside.send("GET http://evil.org/ok HTTP/1.1\r\nHost: evil.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 403");
      assertThat(host.requests).hasSize(1);
    }
  }

  @Test
  void connectionThatTheHostResetGetsAnAnswer() {
    try (TestHost host = TestHost.speaking((in, out) -> in.read());
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      assertThat(inside.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 502");
    }
  }

  @Test
  void hostThatIsNotThereGetsAnAnswer() {
    try (Harness harness = new Harness(policy(host("good.org", 80, 443)));
        Conversation first = harness.proxied();
        Conversation second = harness.proxied();
        Conversation third = harness.proxied()) {
      harness.names.put("good.org", List.of(InetAddress.ofLiteral(PUBLIC)));
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
    try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      assertThat(inside.send(get("/1")).answer()).endsWith("hello");
      host.disconnect();
      assertThat(inside.send(get("/2")).answer()).endsWith("hello");
      assertThat(host.connections()).isEqualTo(2);
    }
  }

  @Test
  void answerToHeadHasNoBodyAndTheNextRequestIsRead() {
    try (TestHost host =
            TestHost.http(
                request ->
                    request.startsWith("HEAD")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
                        : TestHost.ok("hello"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      inside.send(get("/1").replaceFirst("GET", "HEAD"));
      String head = inside.read("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n".length());
      assertThat(head).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
      assertThat(inside.send(get("/2")).answer()).endsWith("hello");
    }
  }

  @Test
  void webSocketPassesAfterTheHostAgreed() {
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  TestHost.request(in);
                  out.write(
                      ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                              + "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nfirst")
                          .getBytes(StandardCharsets.ISO_8859_1));
                  out.flush();
                  in.transferTo(out);
                });
        Harness harness = new Harness(policy(methods("good.org", 80, "GET")));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      String answer =
          inside
              .send(
                  "GET http://good.org/ws HTTP/1.1\r\nHost: good.org\r\nUpgrade: websocket\r\n"
                      + "Connection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n")
              .answer();
      assertThat(answer).startsWith("HTTP/1.1 101").containsIgnoringCase("upgrade: websocket");
      assertThat(inside.read(5)).isEqualTo("first");
      assertThat(inside.send("echo").read(4)).isEqualTo("echo");
    }
  }

  @Test
  void protocolThatTheHostChangesUnaskedIsRefused() {
    try (TestHost host =
            TestHost.http(
                request -> "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nwhatever");
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", PUBLIC, 80, host);
      String answer =
          inside
              .send(
                  "GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\nUpgrade: h2c\r\n"
                      + "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n\r\n")
              .answer();
      assertThat(answer).startsWith("HTTP/1.1 502");
      assertThat(host.requests.getFirst()).doesNotContainIgnoringCase("h2c");
    }
  }

  @Test
  void deniedRequestWithABodyDoesNotEndTheConnection() {
    try (Harness harness = new Harness(policy());
        Conversation inside = harness.proxied()) {
      String request =
          "POST http://evil.org/ HTTP/1.1\r\nHost: evil.org\r\nContent-Length: 100000\r\n\r\n"
              + "x".repeat(100_000);
      assertThat(inside.send(request).answer()).startsWith("HTTP/1.1 403");
      assertThat(inside.send(request).answer()).startsWith("HTTP/1.1 403");
    }
  }
}
