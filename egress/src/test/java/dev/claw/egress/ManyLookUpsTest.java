package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.ModelPolicy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One agent asks for names that hang. */
@Timeout(120)
class ManyLookUpsTest {
  private static final int AT_ONCE = 8;

  /** Of connections there may be as many as it takes. */
  private static Harness harness(Duration connect) {
    EgressLimits usual = Harness.LIMITS;
    EgressLimits limits =
        new EgressLimits(
            20_000,
            Duration.ofMinutes(1),
            connect,
            Duration.ofMinutes(1),
            usual.serverFirst(),
            usual.headBytes(),
            usual.lineBytes(),
            usual.modelRequestBytes(),
            usual.names());
    return new Harness(
        policy(host("**.hang.org", 80)), new ModelPolicy("", List.of()), limits, null);
  }

  @Test
  void tenThousandNamesThatHangHoldFewThreadsAndNobodyElseUp() {
    try (TestHost good = TestHost.http(request -> TestHost.ok("out"));
        Harness harness = harness(Duration.ofSeconds(2))) {
      harness.lookUps = new CompletableFuture<>();
      for (int i = 0; i < 10_000; i++) {
        try (Conversation inside = harness.proxied()) {
          String name = "n" + i + ".hang.org";
          inside.send("GET http://" + name + "/ HTTP/1.1\r\nHost: " + name + "\r\n\r\n");
        }
      }
      try (Conversation last = harness.proxied()) { // when it is answered, all before it were taken
        assertThat(last.send("GET http://evil.org/ HTTP/1.1\r\nHost: evil.org\r\n\r\n").answer())
            .startsWith("HTTP/1.1 403");
      }
      Harness.await(() -> harness.egress.connections() == 0);
      assertThat(harness.lookedUp).hasSize(AT_ONCE);
      // Those that hang go on to hang.
      CompletableFuture<Void> hanging = harness.lookUps;
      harness.lookUps = CompletableFuture.completedFuture(null);
      harness.names.put("good.org", List.of(InetAddress.ofLiteral(ProxiedHost.ADDRESS)));
      harness.routes.put(ProxiedHost.ADDRESS + ":80", good.address());
      try (Conversation other = harness.ofAnotherAgent(policy(host("good.org", 80)))) {
        assertThat(other.send("GET http://good.org/ HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
            .endsWith("out");
      }
      hanging.complete(null);
      try (Conversation inside = harness.proxied()) {
        assertThat(
                inside.send("GET http://a.hang.org/ HTTP/1.1\r\nHost: a.hang.org\r\n\r\n").answer())
            .contains("was not found");
      }
      assertThat(harness.lookedUp).as("nobody looks up for who has gone").hasSize(AT_ONCE + 2);
    }
  }

  @Test
  void whatIsTooMuchIsRefusedWithAReasonOnRecord() {
    EmbeddedAgent embedded = new EmbeddedAgent();
    Turns turns = new Turns(2, 3);
    List<CompletableFuture<String>> hanging = new ArrayList<>();
    List<CompletableFuture<String>> asked = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      asked.add(
          turns.take(
              embedded.channel,
              () -> {
                hanging.add(new CompletableFuture<>());
                return hanging.getLast();
              }));
    }
    assertThat(hanging).hasSize(2);
    assertThat(asked.get(5)).isCompletedExceptionally();
    assertThat(asked.get(5).exceptionNow())
        .isInstanceOf(Turns.Refused.class)
        .hasMessage("2 are under way and 3 wait");
    asked.get(2).cancel(false);
    hanging.getFirst().complete("first");
    assertThat(asked.getFirst()).isCompletedWithValue("first");
    assertThat(hanging).as("the next that is still wanted").hasSize(3);
    embedded.channel.close();
    hanging.get(1).complete("second");
    assertThat(hanging).as("nobody is there any more").hasSize(3);
  }

  @Test
  void aLookUpThatIsRefusedIsAnsweredAsALimit() {
    try (Harness harness = harness(Duration.ofMinutes(1))) {
      harness.lookUps = new CompletableFuture<>();
      List<Conversation> open = new ArrayList<>();
      for (int i = 0; i < AT_ONCE + 256 + 1; i++) {
        Conversation inside = harness.proxied();
        open.add(inside);
        String name = "n" + i + ".hang.org";
        inside.send("GET http://" + name + "/ HTTP/1.1\r\nHost: " + name + "\r\n\r\n");
      }
      Harness.await(() -> !harness.denied().isEmpty());
      assertThat(harness.denied())
          .hasSize(1)
          .allSatisfy(
              denied -> {
                assertThat(denied.reason()).isEqualTo(Decision.Reason.LIMIT);
                assertThat(denied.why()).contains("8 are under way and 256 wait");
              });
      open.forEach(Conversation::close);
    }
  }
}
