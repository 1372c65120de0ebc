package dev.claw.egress;

import static dev.claw.egress.Rules.audited;
import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.inspected;
import static dev.claw.egress.Rules.methods;
import static dev.claw.egress.Rules.paths;
import static dev.claw.egress.Rules.policy;
import static dev.claw.egress.Rules.programs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.EgressRule.Program;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What rules for an address say holds by whatever name somebody comes to it. */
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class AddressBehindNameTest {
  private static final String PRIVATE = "10.0.0.5";
  private static final String PUBLIC = "93.184.216.34";
  private static final EgressRule ANY_NAME = host("**.evil.org", 8080, 443);

  private static String request(String method, String path) {
    return method + " http://a.evil.org:8080" + path + " HTTP/1.1\r\nHost: a.evil.org:8080\r\n\r\n";
  }

  static List<EgressRule> rulesThatDoNotAdmitIt() {
    return List.of(
        paths(PRIVATE, 8080, "/public/**"),
        methods(PRIVATE, 8080, "GET"),
        programs(host(PRIVATE, 8080), new Program("/usr/bin/git", "")),
        host(PRIVATE, 8081),
        audited(host(PRIVATE, 8080)));
  }

  @ParameterizedTest
  @MethodSource("rulesThatDoNotAdmitIt")
  void nameLeadsToAPrivateAddressOnlyAsItsOwnRuleAdmits(EgressRule rule) {
    try (TestHost host = TestHost.http(request -> TestHost.ok("internal"));
        Harness harness = new Harness(policy(rule, ANY_NAME));
        Conversation inside = harness.proxied()) {
      harness.host("a.evil.org", PRIVATE, 8080, host);
      assertThat(inside.send(request("DELETE", "/secret")).answer())
          .startsWith("HTTP/1.1 403")
          .contains("a.evil.org is 10.0.0.5, a private address");
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.ADDRESS);
      assertThat(host.connections()).isZero();
    }
  }

  @Test
  void connectionToAPrivateAddressDoesNotAdmitTheNextRequest() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("internal"));
        Harness harness = new Harness(policy(paths(PRIVATE, 8080, "/public/**"), ANY_NAME));
        Conversation inside = harness.proxied()) {
      harness.host("a.evil.org", PRIVATE, 8080, host);
      assertThat(inside.send(request("GET", "/public/x")).answer()).endsWith("internal");
      assertThat(inside.send(request("GET", "/secret")).answer()).startsWith("HTTP/1.1 403");
      assertThat(inside.send(request("GET", "/public/y")).answer()).endsWith("internal");
      assertThat(host.requests).hasSize(2);
    }
  }

  @Test
  void closedTlsDoesNotPassWhereTheAddressIsLookedInto() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("internal"));
        Harness harness = new Harness(policy(inspected(host(PRIVATE, 443)), ANY_NAME));
        Conversation inside = harness.proxied()) {
      harness.host("a.evil.org", PRIVATE, 443, host);
      assertThat(inside.send("CONNECT a.evil.org:443 HTTP/1.1\r\n\r\n").answer())
          .startsWith("HTTP/1.1 403")
          .contains("look inside TLS");
      assertThat(host.connections()).isZero();
    }
  }

  @Test
  void otherProtocolDoesNotPassWhereTheAddressHasPaths() throws Exception {
    try (TestHost host = TestHost.http(request -> TestHost.ok("internal"));
        Harness harness = new Harness(policy(paths(PRIVATE, 8080, "/public/**"), ANY_NAME))) {
      harness.host("a.evil.org", PRIVATE, 8080, host);
      try (Conversation inside =
          harness.connect(CapturedTest.addressOf(harness, "a.evil.org"), 8080)) {
        assertThat(inside.send("SSH-2.0-x\r\n").rest()).isEmpty();
      }
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.ADDRESS);
      assertThat(host.connections()).isZero();
    }
  }

  private static EgressPolicy denying(EgressRule rule) {
    return policy(List.of(ANY_NAME), List.of(rule));
  }

  @Test
  void denyOfAnAddressHoldsForNamesThatLeadThere() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(denying(host(PUBLIC, 8080)));
        Conversation inside = harness.proxied()) {
      harness.host("a.evil.org", PUBLIC, 8080, host);
      assertThat(inside.send(request("GET", "/")).answer())
          .startsWith("HTTP/1.1 403")
          .contains("a.evil.org is " + PUBLIC + ", and the policy denies it");
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.DENY_RULE);
      assertThat(host.connections()).isZero();
    }
  }

  @Test
  void denyOfAnAddressHoldsForItsPathsAlone() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(denying(paths(PUBLIC, 8080, "/admin/**")));
        Conversation inside = harness.proxied()) {
      harness.host("a.evil.org", PUBLIC, 8080, host);
      assertThat(inside.send(request("GET", "/")).answer()).endsWith("out");
      assertThat(inside.send(request("GET", "/admin")).answer()).startsWith("HTTP/1.1 403");
      harness.update(denying(audited(host(PUBLIC, 8080))));
      assertThat(inside.send(request("GET", "/admin")).answer()).endsWith("out");
    }
  }

  @Test
  void nameWithAnotherAddressIsReachedThere() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(denying(host("1.1.1.1", 8080)));
        Conversation inside = harness.proxied()) {
      harness.host("a.evil.org", PUBLIC, 8080, host);
      harness.names.put(
          "a.evil.org", List.of(InetAddress.ofLiteral("1.1.1.1"), InetAddress.ofLiteral(PUBLIC)));
      assertThat(inside.send(request("GET", "/")).answer()).endsWith("out");
      assertThat(harness.decided().getFirst().address()).isEqualTo(PUBLIC);
    }
  }

  @Test
  void denyThatComesEndsTheConnection() {
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(ANY_NAME));
        Conversation inside = harness.proxied()) {
      harness.host("a.evil.org", PUBLIC, 8080, host);
      assertThat(inside.send(request("GET", "/")).answer()).endsWith("out");
      harness.update(denying(host(PUBLIC, 8080)));
      assertThat(inside.rest()).isEmpty();
      Harness.await(() -> harness.endings().contains("no rule admits it any longer"));
    }
  }
}
