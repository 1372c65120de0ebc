package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class BeforeConnectingTest {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

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
            return Harness.RECORDED;
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
      harness.log = event -> DecisionLog.Recording.failed(new IllegalStateException("disk full"));
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
      good.harness.log = event -> DecisionLog.Recording.at(recorded);
      good.inside.send(ProxiedHost.get("/"));
      Harness.await(() -> !good.harness.events.isEmpty());
      assertThat(good.host.connections()).isZero();
      recorded.complete(null);
      assertThat(good.inside.answer()).endsWith("out");
    }
  }

  @Test
  void answerThatIsThereBeforeItsRecordIsOnTheDiskWaits() throws Exception {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    CountDownLatch taken = new CountDownLatch(1);
    try (TestHost host = TestHost.speaking((in, out) -> answerAndSeeItTaken(in, out, taken));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation inside = harness.proxied();
        Conversation other = harness.proxied()) {
      harness.host("good.org", ProxiedHost.ADDRESS, 80, host);
      harness.log = event -> new DecisionLog.Recording(DONE, durable);
      inside.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n");
      taken.await();
      harness.log = event -> DecisionLog.Recording.failed(new IllegalStateException("disk full"));
      durable.completeExceptionally(new IllegalStateException("I/O error"));
      assertThat(inside.rest()).isEmpty();
      Harness.await(
          () ->
              harness.denied().stream()
                  .anyMatch(denied -> denied.reason() == Decision.Reason.RECORD));

      CompletableFuture<Void> later = new CompletableFuture<>();
      harness.log = event -> new DecisionLog.Recording(DONE, later);
      other.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n");
      later.complete(null);
      assertThat(other.answer()).endsWith("out");
    }
  }

  private static void answerAndSeeItTaken(InputStream in, OutputStream out, CountDownLatch taken)
      throws IOException {
    TestHost.request(in);
    out.write(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nout"
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
    // The proxy closes when it has all of it.
    while (in.read() >= 0) {}
    taken.countDown();
  }

  @Test
  void tunnelIsNotOpenBeforeItsRecordIsOnTheDisk() {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    try (TestHost host = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = new Harness(policy(host("good.org", 443)));
        Conversation inside = harness.proxied()) {
      harness.host("good.org", ProxiedHost.ADDRESS, 443, host);
      harness.log = event -> new DecisionLog.Recording(DONE, durable);
      inside.send("CONNECT good.org:443 HTTP/1.1\r\n\r\n");
      Harness.await(() -> host.connections() == 1);
      durable.completeExceptionally(new IllegalStateException("I/O error"));
      assertThat(inside.rest()).isEmpty();
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
