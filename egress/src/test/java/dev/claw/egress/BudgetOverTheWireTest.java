package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressPolicy.Budgets;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a program reads when a budget is used up. The harness's clock begins at 10:00 UTC. */
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class BudgetOverTheWireTest {
  private static EgressPolicy policy(Budgets budgets) {
    return new EgressPolicy(
        NetworkProfile.ALLOWLIST, List.of(host("good.org", 80, 443)), List.of(), budgets);
  }

  private static ProxiedHost good(String body, long requests, long bytes) {
    return ProxiedHost.of(
        TestHost.http(request -> TestHost.ok(body)),
        policy(new Budgets(requests, bytes, Long.MAX_VALUE)));
  }

  @Test
  void requestsOfAMinuteFreeWhenTheAnswerSays() {
    try (ProxiedHost good = good("hello", 2, Long.MAX_VALUE)) {
      assertThat(good.inside.send(ProxiedHost.get("/1")).answer()).endsWith("hello");
      assertThat(good.inside.send(ProxiedHost.get("/2")).answer()).endsWith("hello");
      assertThat(good.inside.send(ProxiedHost.get("/3")).answer())
          .startsWith("HTTP/1.1 429")
          .containsPattern("2 requests a minute is used up until 2026-11-21T10:01:[0-9]{2}Z");
      try (Conversation tunnel = good.harness.proxied()) {
        assertThat(tunnel.send("CONNECT good.org:443 HTTP/1.1\r\n\r\n").answer())
            .startsWith("HTTP/1.1 429");
      }
      assertThat(good.harness.denied())
          .extracting(Denied::reason)
          .containsExactly(Reason.BUDGET, Reason.BUDGET);
      good.harness.now = good.harness.now.plusSeconds(90);
      assertThat(good.inside.send(ProxiedHost.get("/4")).answer()).endsWith("hello");
      assertThat(good.host.requests).hasSize(3);
    }
  }

  @Test
  void bytesOfADayEndATransferInItsMiddle() {
    String body = "b".repeat(8 * 1024 * 1024);
    try (ProxiedHost good = good(body, Long.MAX_VALUE, 1024 * 1024)) {
      String got = good.inside.send(ProxiedHost.get("/1")).rest();
      assertThat(got).startsWith("HTTP/1.1 200");
      assertThat(got.length()).isLessThan(body.length() / 2);
      Harness.await(() -> !good.harness.endings().isEmpty());
      assertThat(good.harness.endings()).containsExactly("the budget of bytes a day is used up");
      try (Conversation next = good.harness.proxied()) {
        assertThat(next.send(ProxiedHost.get("/2")).answer())
            .startsWith("HTTP/1.1 429")
            .contains("1048576 bytes a day is used up until 2026-11-22T00:00:00Z");
      }
      assertThat(good.harness.egress.usage().bytes()).isGreaterThanOrEqualTo(1024 * 1024);
      good.harness.now = good.harness.now.plus(Duration.ofDays(1));
      try (Conversation tomorrow = good.harness.proxied()) {
        assertThat(tomorrow.send(ProxiedHost.get("/3")).rest()).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void modelTokensOfADayEndCallsAndNothingElse() {
    try (TestHost provider =
            TestHost.http(
                r -> TestHost.ok("{\"usage\":{\"input_tokens\":7,\"output_tokens\":9}}"));
        Harness harness = broker(provider, new Budgets(Long.MAX_VALUE, Long.MAX_VALUE, 10));
        Conversation inside = harness.connect("127.0.0.1", 3129)) {
      String call =
          "POST /v1/providers/p/v1/messages HTTP/1.1\r\nHost: 127.0.0.1:3129\r\n"
              + "Content-Length: 14\r\n\r\n{\"model\":\"m1\"}";
      assertThat(inside.send(call).answer()).startsWith("HTTP/1.1 200");
      assertThat(inside.send(call).answer())
          .startsWith("HTTP/1.1 429")
          .contains("10 model tokens a day is used up until 2026-11-22T00:00:00Z");
      assertThat(provider.requests).hasSize(1);
      try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
          Conversation proxied = harness.proxied()) {
        harness.host("good.org", ProxiedHost.ADDRESS, 80, host);
        assertThat(proxied.send(ProxiedHost.get("/")).answer()).endsWith("hello");
      }
      harness.now = harness.now.plus(Duration.ofDays(1));
      assertThat(inside.send(call).answer()).startsWith("HTTP/1.1 200");
    }
  }

  private static Harness broker(TestHost provider, Budgets budgets) {
    String base = "http://127.0.0.1:" + provider.address().getPort();
    ModelPolicy models =
        new ModelPolicy(
            "p/m1",
            List.of(
                new ModelPolicy.Provider(
                    "p",
                    "anthropic-messages",
                    base,
                    "",
                    List.of(new ModelPolicy.Model("m1", 1000, 100)))));
    Harness harness = new Harness(policy(budgets), models, Harness.LIMITS, null);
    harness.routes.put("127.0.0.1:" + provider.address().getPort(), provider.address());
    return harness;
  }
}
