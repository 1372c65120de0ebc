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
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
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

  /** TLS from inside, captured, with the certificate checked against the name. */
  private static SSLSocket secure(Harness harness, X509Certificate trusted, String name)
      throws Exception {
    InetSocketAddress relay = harness.relay(CapturedTest.addressOf(harness, name), 443);
    Socket plain = new Socket(relay.getAddress(), relay.getPort());
    SSLSocket socket =
        (SSLSocket) TestTls.client(trusted).getSocketFactory().createSocket(plain, name, 443, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static String exchange(SSLSocket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: good.org\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return String.valueOf(TestHost.request(socket.getInputStream()));
  }

  @Test
  void pathsHoldOverHttps() throws Exception {
    try (TestHost host = server("good.org", Instant.now());
        Harness harness = harness(policy(inspected(paths("good.org", 443, "/ok/**"))))) {
      harness.host("good.org", PUBLIC, 443, host);
      try (SSLSocket inside = secure(harness, harness.authority.certificate(), "good.org")) {
        assertThat(exchange(inside, "/ok/1")).startsWith("HTTP/1.1 200").endsWith("secret");
        assertThat(inside.getApplicationProtocol()).isEqualTo("http/1.1");
        assertThat(exchange(inside, "/no")).startsWith("HTTP/1.1 403");
        assertThat(exchange(inside, "/ok/../no")).startsWith("HTTP/1.1 403");
        assertThat(exchange(inside, "/ok/2")).endsWith("secret");
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
      try (SSLSocket inside = secure(harness, tls.world.certificate(), "good.org")) {
        assertThat(exchange(inside, "/any")).endsWith("secret");
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
        try (SSLSocket inside = secure(harness, harness.authority.certificate(), "good.org")) {
          assertThat(exchange(inside, "/")).startsWith("HTTP/1.1 502").contains("certificate");
        }
        assertThat(host.requests).isEmpty();
        assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.CERTIFICATE);
      }
    }
  }

  @Test
  void programThatPinsIsToldAboutOnRecord() throws Exception {
    try (Harness harness = harness(policy(inspected(host("good.org", 443))));
        SSLSocket inside = secure(harness, tls.world.certificate(), "good.org")) {
      assertThatThrownBy(inside::startHandshake).isInstanceOf(SSLException.class);
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
