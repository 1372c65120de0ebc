package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(15)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class BeforeConnectingTest {
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
      harness.host("rebind.org", ProxiedHost.ADDRESS, 80, host);
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
      harness.host("good.org", ProxiedHost.ADDRESS, 80, host);
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
    try (ProxiedHost good = ProxiedHost.answering("out")) {
      good.harness.log = event -> recorded;
      good.inside.send(ProxiedHost.get("/"));
      Harness.await(() -> !good.harness.events.isEmpty());
      assertThat(good.host.connections()).isZero();
      recorded.complete(null);
      assertThat(good.inside.answer()).endsWith("out");
    }
  }

  @Test
  void ruleThatGoesWhileTheNameIsLookedUpAdmitsNothing() {
    try (ProxiedHost good = ProxiedHost.answering("out")) {
      good.harness.lookUps = new CompletableFuture<>();
      good.inside.send(ProxiedHost.get("/"));
      Harness.await(() -> !good.harness.lookedUp.isEmpty());
      good.harness.update(policy());
      good.harness.lookUps.complete(null);
      assertThat(good.inside.rest()).isEmpty();
      assertThat(good.host.connections()).isZero();
    }
  }
}
