package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.inspected;
import static dev.claw.egress.Rules.paths;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.EgressPolicy;
import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class InspectionTest {
  private static final String PUBLIC = "93.184.216.34";

  private final TestTls tls = new TestTls();

  private Harness harness(EgressPolicy policy) {
    Harness harness =
        new Harness(
            policy,
            new ModelPolicy("", List.of()),
            Harness.LIMITS,
            TestTls.trust(tls.world.certificate()));
    harness.now = Instant.now();
    return harness;
  }

  private TestHost server(String name, Instant made) {
    return TestHost.https(
        tls.server(name, made).getServerSocketFactory(), request -> TestHost.ok("secret"));
  }

  @Test
  void pathsHoldOverHttps() throws Exception {
    try (TestHost host = server("good.org", Instant.now());
        Harness harness = harness(policy(inspected(paths("good.org", 443, "/ok/**"))))) {
      harness.host("good.org", PUBLIC, 443, host);
      try (SecureInside inside =
          SecureInside.to(harness, harness.authority.certificate(), "good.org")) {
        assertThat(inside.get("/ok/1")).startsWith("HTTP/1.1 200").endsWith("secret");
        assertThat(inside.protocol()).isEqualTo("http/1.1");
        assertThat(inside.get("/no")).startsWith("HTTP/1.1 403");
        assertThat(inside.get("/ok/../no")).startsWith("HTTP/1.1 403");
        assertThat(inside.get("/ok/2")).endsWith("secret");
      }
      assertThat(host.requests).hasSize(2);
      assertThat(host.requests.getFirst()).containsIgnoringCase("\r\nhost: good.org\r\n");
    }
  }

  @Test
  void withoutInspectTheCertificateIsTheHostsOwn() throws Exception {
    try (TestHost host = server("good.org", Instant.now());
        Harness harness = harness(policy(host("good.org", 443)))) {
      harness.host("good.org", PUBLIC, 443, host);
      try (SecureInside inside = SecureInside.to(harness, tls.world.certificate(), "good.org")) {
        assertThat(inside.get("/any")).endsWith("secret");
      }
    }
  }

  @Test
  void hostWithAnotherNameOrAnExpiredCertificateIsRefused() throws Exception {
    Instant longAgo = Instant.now().minusSeconds(90 * 86_400L);
    for (TestHost each : List.of(server("evil.org", Instant.now()), server("good.org", longAgo))) {
      try (TestHost host = each;
          Harness harness = harness(policy(inspected(host("good.org", 443))))) {
        harness.host("good.org", PUBLIC, 443, host);
        try (SecureInside inside =
            SecureInside.to(harness, harness.authority.certificate(), "good.org")) {
          assertThat(inside.get("/")).startsWith("HTTP/1.1 502").contains("certificate");
        }
        assertThat(host.requests).isEmpty();
        assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.CERTIFICATE);
      }
    }
  }

  @Test
  void programThatPinsIsToldAboutOnRecord() throws Exception {
    try (Harness harness = harness(policy(inspected(host("good.org", 443))));
        SecureInside inside = SecureInside.to(harness, tls.world.certificate(), "good.org")) {
      assertThatThrownBy(inside::handshake).isInstanceOf(SSLException.class);
      Harness.await(() -> !harness.denied().isEmpty());
      assertThat(harness.denied())
          .singleElement()
          .satisfies(
              denied -> {
                assertThat(denied.reason()).isEqualTo(Reason.CERTIFICATE);
                assertThat(denied.why()).contains("pin");
              });
    }
  }

  @Test
  void authorityIsReadBackAndOnlyWithItsOwnKey() throws Exception {
    AgentAuthority one = AgentAuthority.create(Harness.AGENT, Instant.now(), new SecureRandom());
    AgentAuthority two = AgentAuthority.create(Harness.AGENT, Instant.now(), new SecureRandom());
    AgentAuthority read =
        AgentAuthority.parse(one.certificatePem(), one.keyPem(), new SecureRandom());
    assertThat(read.certificate()).isEqualTo(one.certificate());
    assertThat(one.certificate().getBasicConstraints()).isZero();
    assertThatThrownBy(
            () -> AgentAuthority.parse(one.certificatePem(), two.keyPem(), new SecureRandom()))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> AgentAuthority.parse("", "", new SecureRandom()))
        .isInstanceOf(InvalidValueException.class);
  }
}
