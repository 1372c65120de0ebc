package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.EgressPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One agent opens more than it may. */
@Timeout(120)
class ManyConnectionsTest {
  private static final int LIMIT = Harness.LIMITS.connections();

  private final List<Conversation> open = new ArrayList<>();

  private void fill(Harness harness) {
    for (int i = 0; i < LIMIT; i++) {
      open.add(harness.proxied());
    }
    Harness.await(() -> harness.egress.connections() == LIMIT);
  }

  /** Closed before it has said where it wants to go. */
  private static boolean refused(Harness harness) throws IOException {
    try (Conversation more = new Conversation(harness.bare())) {
      return more.rest().isEmpty();
    }
  }

  @AfterEach
  void closeAll() {
    open.forEach(Conversation::close);
  }

  @Test
  void theNextOneIsRefusedAndPlacesBecomeFreeAgain() throws Exception {
    try (Harness harness = new Harness(policy())) {
      fill(harness);
      assertThat(refused(harness)).isTrue();
      open.forEach(Conversation::close);
      Harness.await(() -> harness.egress.connections() == 0);
      try (Conversation again = harness.proxied()) {
        assertThat(again.send(ProxiedHost.get("/")).answer()).startsWith("HTTP/1.1 403");
      }
    }
  }

  @Test
  void thousandsMoreAreRefusedAndAnotherAgentDoesNotNotice() throws Exception {
    try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
        Harness harness = new Harness(policy());
        Conversation other = harness.ofAnotherAgent(policy(host("good.org", 80)))) {
      harness.host("good.org", ProxiedHost.ADDRESS, 80, host);
      fill(harness);
      for (int i = 0; i < 2_000; i++) {
        assertThat(refused(harness)).isTrue();
        if (i % 100 == 0) {
          assertThat(other.send(ProxiedHost.get("/" + i)).answer()).endsWith("hello");
        }
      }
      assertThat(harness.egress.connections()).isEqualTo(LIMIT);
      // Those that were there first are still served.
      assertThat(open.getFirst().send(ProxiedHost.get("/")).answer()).startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void whatKeepsTheThreadOfOneAgentKeepsNoOther() {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    EgressPolicy policy = policy(host("good.org", 80));
    try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
        Harness harness = new Harness(policy);
        Conversation one = harness.ofAnotherAgent(policy);
        Conversation two = harness.ofAnotherAgent(policy);
        Conversation slow = harness.proxied()) {
      harness.host("good.org", ProxiedHost.ADDRESS, 80, host);
      harness.log =
          event -> {
            if (event.agent().equals(Harness.AGENT)) {
              busy.countDown();
              await(gate);
            }
            return Harness.RECORDED;
          };
      slow.send(ProxiedHost.get("/slow"));
      await(busy);
      assertThat(one.send(ProxiedHost.get("/")).answer()).endsWith("hello");
      assertThat(two.send(ProxiedHost.get("/")).answer()).endsWith("hello");
      gate.countDown();
      assertThat(slow.answer()).endsWith("hello");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readersThatStopHoldUpNobodyElse() {
    String much = "a".repeat(4 * 1024 * 1024);
    try (TestHost host =
            TestHost.http(request -> TestHost.ok(request.contains("/much") ? much : "hello"));
        Harness harness = new Harness(policy(host("good.org", 80)));
        Conversation other = harness.ofAnotherAgent(policy(host("good.org", 80)))) {
      harness.host("good.org", ProxiedHost.ADDRESS, 80, host);
      fill(harness);
      for (Conversation each : open) {
        assertThat(each.send(ProxiedHost.get("/much")).head()).startsWith("HTTP/1.1 200");
      }
      assertThat(other.send(ProxiedHost.get("/")).answer()).endsWith("hello");
      assertThat(open.getLast().read(much.length())).isEqualTo(much);
    }
  }
}
