package dev.claw.egress;

import static dev.claw.egress.Rules.methods;
import static dev.claw.egress.Rules.paths;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class ProxiedRequestTest {
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
    try (ProxiedHost good = ProxiedHost.answering("hello")) {
      String answer =
          good.inside
              .send(
                  "POST http://Good.org./a?b=c HTTP/1.1\r\nhost: good.ORG\r\n"
                      + "Proxy-Authorization: Basic eA==\r\nProxy-Connection: keep-alive\r\n"
                      + "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
                      + "Keep-Alive: 5\r\nX-End: 2\r\nContent-Length: 4\r\n\r\nbody")
              .answer();
      assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("hello");
      assertThat(good.host.requests).hasSize(1);
      assertThat(good.host.requests.getFirst())
          .startsWith("POST /a?b=c HTTP/1.1\r\n")
          .endsWith("\r\n\r\nbody")
          .containsIgnoringCase("\r\nhost: good.org\r\n")
          .contains("X-End: 2")
          .doesNotContainIgnoringCase("proxy-")
          .doesNotContainIgnoringCase("x-hop")
          .doesNotContainIgnoringCase("keep-alive")
          .doesNotContainIgnoringCase("\r\nte:");
      assertThat(good.harness.decided())
          .singleElement()
          .satisfies(
              decided -> {
                assertThat(decided.decision())
                    .isEqualTo(new Allowed("allow good.org:80", "", false, ""));
                assertThat(decided.address()).isEqualTo(ProxiedHost.ADDRESS);
                assertThat(decided.method()).isEqualTo("POST");
                assertThat(decided.path()).isEqualTo("/a");
              });
    }
  }

  @Test
  void eachRequestOfAConnectionIsJudged() {
    try (ProxiedHost good =
        ProxiedHost.of(
            TestHost.http(request -> TestHost.ok("hello")),
            policy(paths("good.org", 80, "/ok/**")))) {
      // Pipelined, so that the later ones are there before the first is answered.
      good.inside.send(
          ProxiedHost.get("/ok/1")
              + ProxiedHost.get("/secret")
              + ProxiedHost.get("/ok/../secret")
              + ProxiedHost.get("/ok/%2e%2e/x")
              + ProxiedHost.get("/ok/2"));
      assertThat(good.inside.answer()).startsWith("HTTP/1.1 200");
      assertThat(good.inside.answer()).startsWith("HTTP/1.1 403");
      assertThat(good.inside.answer()).startsWith("HTTP/1.1 403");
      assertThat(good.inside.answer()).startsWith("HTTP/1.1 403");
      assertThat(good.inside.answer()).startsWith("HTTP/1.1 200");
      assertThat(good.host.requests).hasSize(2);
      assertThat(good.host.connections()).isEqualTo(1);
      assertThat(good.harness.lookedUp).containsExactly("good.org");
    }
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
    try (ProxiedHost good = ProxiedHost.answering("out")) {
      String answer =
          good.inside
              .send("GET " + target + " HTTP/1.1\r\nHost: " + hostHeader + "\r\n\r\n")
              .answer();
      assertThat(answer).startsWith("HTTP/1.1 40");
      assertThat(good.harness.denied()).extracting(Denied::reason).containsExactly(reason);
      assertThat(good.host.connections()).isZero();
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
  void chunkedBodyArrives() {
    try (ProxiedHost good = ProxiedHost.answering("out")) {
      good.inside.send(
          "POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n");
      assertThat(good.inside.answer()).endsWith("out");
      assertThat(good.host.requests.getFirst()).contains("hello").contains("0123456789");
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
