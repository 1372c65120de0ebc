package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.paths;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class ConnectTest {
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
    try (ProxiedHost good =
        ProxiedHost.of(
            TestHost.http(request -> TestHost.ok("hello")), policy(paths("good.org", 80, "/ok")))) {
      assertThat(
              good.inside
                  .send("CONNECT good.org:80 HTTP/1.1\r\nHost: good.org:80\r\n\r\n")
                  .answer())
          .startsWith("HTTP/1.1 200");
      assertThat(good.inside.send("GET /ok HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .endsWith("hello");
      assertThat(good.inside.send("GET /no HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 403");
      assertThat(good.inside.send("GET /ok HTTP/1.1\r\nHost: evil.org\r\n\r\n").answer())
          .startsWith("HTTP/1.1 403");
      assertThat(
              good.inside
                  .send("GET http://evil.org/ok HTTP/1.1\r\nHost: evil.org\r\n\r\n")
                  .answer())
          .startsWith("HTTP/1.1 403");
      assertThat(good.host.requests).hasSize(1);
    }
  }
}
