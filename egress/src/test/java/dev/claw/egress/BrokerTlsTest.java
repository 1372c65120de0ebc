package dev.claw.egress;

import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.ModelPolicy;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A provider gets its key only where its certificate is good. */
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class BrokerTlsTest {
  private static final String CALL =
      "POST /v1/providers/p/v1/messages HTTP/1.1\r\nHost: 127.0.0.1:3129\r\n"
          + "Content-Length: 14\r\n\r\n{\"model\":\"m1\"}";

  private final TestTls tls = new TestTls();
  private List<Decision.Denied> denied = List.of();

  private TestHost provider(TestTls authority, String name, Instant made) {
    return TestHost.https(
        authority.server(name, made).getServerSocketFactory(), request -> TestHost.ok("{}"));
  }

  private String answer(TestHost provider) {
    ModelPolicy.Provider entry =
        new ModelPolicy.Provider(
            "p",
            "anthropic-messages",
            "https://api.good.org",
            "key",
            List.of(new ModelPolicy.Model("m1", 1000, 100)));
    try (Harness harness =
            new Harness(
                policy(),
                new ModelPolicy("p/m1", List.of(entry)),
                Harness.LIMITS,
                TestTls.trust(tls.world.certificate()));
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      harness.host("api.good.org", ProxiedHost.ADDRESS, 443, provider);
      harness.keys.put("key", "sk-real");
      String answer = inside.send(CALL).answer();
      denied = harness.denied();
      return answer;
    }
  }

  @Test
  void goodCertificateGetsTheKey() {
    try (TestHost provider = provider(tls, "api.good.org", Instant.now())) {
      assertThat(answer(provider)).startsWith("HTTP/1.1 200");
      assertThat(provider.requests.getFirst())
          .containsIgnoringCase("x-api-key: sk-real")
          .containsIgnoringCase("\r\nhost: api.good.org\r\n");
    }
  }

  @Test
  void anyOtherCertificateGetsNothing() {
    Instant longAgo = Instant.now().minusSeconds(90 * 86_400L);
    for (TestHost each :
        List.of(
            provider(tls, "api.good.org", longAgo),
            provider(tls, "good.org", Instant.now()),
            provider(new TestTls(), "api.good.org", Instant.now()))) {
      try (TestHost provider = each) {
        assertThat(answer(provider))
            .startsWith("HTTP/1.1 502")
            .contains("CERTIFICATE")
            .contains("the certificate of api.good.org:443 was refused");
        assertThat(provider.requests).isEmpty();
        assertThat(denied)
            .extracting(Decision.Denied::reason)
            .containsExactly(Decision.Reason.CERTIFICATE);
      }
    }
  }
}
