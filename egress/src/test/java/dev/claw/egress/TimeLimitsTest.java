package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.inspected;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.EgressPolicy;
import dev.claw.model.ModelPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever takes too long is let go. The short limit of each test is the only one it can meet. */
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class TimeLimitsTest {
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofHours(1);
  private static final int MUCH = 1 << 30;

  private static Harness harness(
      EgressPolicy policy, Duration head, Duration connect, Duration idle) {
    EgressLimits limits =
        new EgressLimits(
            64, head, connect, idle, Duration.ofMillis(50), MUCH, 8 * 1024, 1024 * 1024, 100);
    return new Harness(policy, new ModelPolicy("", List.of()), limits, null);
  }

  @Test
  void connectionThatDoesNotSayWhereItWantedToGoIsClosed() throws Exception {
    try (Harness harness = harness(policy(), SHORT, LONG, LONG);
        Conversation inside = new Conversation(harness.bare())) {
      inside.send(new byte[] {0x0d, 0x0a});
      assertThat(inside.rest()).isEmpty();
    }
  }

  @Test
  void headThatDoesNotEndIsAnsweredHoweverItTrickles() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    try (Harness harness = harness(policy(), SHORT, LONG, LONG);
        Conversation inside = harness.proxied()) {
      inside.send("GET http://good.org/ HTTP/1.1\r\nX: ");
      Thread writer =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (answered.getCount() > 0) {
                      inside.send("a");
                    }
                  });
      assertThat(inside.answer()).startsWith("HTTP/1.1 408");
      answered.countDown();
      writer.join();
      assertThat(harness.denied())
          .extracting(Denied::reason)
          .containsExactly(Reason.MALFORMED_REQUEST);
    }
  }

  @Test
  void headThatStopsIsAnswered() {
    try (Harness harness = harness(policy(), SHORT, LONG, LONG);
        Conversation inside = harness.proxied()) {
      assertThat(inside.send("GET http://good.org/ HTTP/1.1\r\nX: a").rest())
          .startsWith("HTTP/1.1 408");
    }
  }

  @Test
  void capturedConnectionThatDoesNotSayWhatItWantsIsClosed() throws Exception {
    byte[] hello = Hello.record("good.org", false);
    try (Harness harness = harness(policy(host("good.org", 443)), SHORT, LONG, LONG)) {
      String address = CapturedTest.addressOf(harness, "good.org");
      try (Conversation silent = harness.connect(address, 443);
          Conversation stopped = harness.connect(address, 443)) {
        stopped.send(Arrays.copyOf(hello, hello.length - 1));
        assertThat(silent.rest()).isEmpty();
        assertThat(stopped.rest()).isEmpty();
      }
      assertThat(harness.denied())
          .extracting(Denied::reason)
          .containsExactly(Reason.LIMIT, Reason.LIMIT);
    }
  }

  @Test
  void nameThatIsNeverFoundGetsAnAnswer() {
    try (Harness harness = harness(policy(host("good.org", 80)), LONG, SHORT, LONG);
        Conversation inside = harness.proxied()) {
      harness.lookUps = new CompletableFuture<>();
      assertThat(inside.send(ProxiedHost.get("/")).answer())
          .startsWith("HTTP/1.1 502")
          .contains("was not found");
    }
  }

  @Test
  void hostThatDoesNotShakeHandsGetsTheRequestAnswered() throws Exception {
    try (TestHost host = TestHost.speaking((in, out) -> in.transferTo(nowhere()));
        Harness harness = harness(policy(inspected(host("good.org", 443))), LONG, SHORT, LONG)) {
      harness.host("good.org", ProxiedHost.ADDRESS, 443, host);
      harness.now = Instant.now();
      try (SecureInside inside =
          SecureInside.to(harness, harness.authority.certificate(), "good.org")) {
        assertThat(inside.get("/")).startsWith("HTTP/1.1 502").contains("TLS with good.org");
      }
    }
  }

  private static OutputStream nowhere() {
    return OutputStream.nullOutputStream();
  }

  @Test
  void tunnelOnWhichNothingMovesIsClosed() throws Exception {
    CountDownLatch hostSawTheEnd = new CountDownLatch(1);
    try (TestHost host = swallowing(hostSawTheEnd);
        Harness harness = harness(policy(host("git.org", 22)), LONG, LONG, SHORT)) {
      harness.host("git.org", ProxiedHost.ADDRESS, 22, host);
      try (Conversation inside = harness.connect(CapturedTest.addressOf(harness, "git.org"), 22)) {
        assertThat(inside.send("SSH-2.0-me\r\n").rest()).isEmpty();
      }
      hostSawTheEnd.await();
      Harness.await(() -> !harness.endings().isEmpty());
      assertThat(harness.endings()).containsExactly("idle");
    }
  }

  @Test
  void readerThatStopsIsLetGoAndTheHostWithIt() throws Exception {
    CountDownLatch hostSawTheEnd = new CountDownLatch(1);
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  try {
                    for (byte[] block = new byte[65_536]; ; ) {
                      out.write(block);
                    }
                  } catch (IOException e) {
                    hostSawTheEnd.countDown();
                  }
                });
        Harness harness = harness(policy(host("git.org", 22)), LONG, LONG, SHORT)) {
      harness.host("git.org", ProxiedHost.ADDRESS, 22, host);
      try (Conversation inside = harness.connect(CapturedTest.addressOf(harness, "git.org"), 22)) {
        assertThat(inside.send("SSH-2.0-me\r\n").read(1)).hasSize(1);
        hostSawTheEnd.await();
        Harness.await(() -> !harness.endings().isEmpty());
        assertThat(harness.endings()).containsExactly("idle");
      }
    }
  }

  @Test
  void bodyThatStopsEndsTheRequest() throws Exception {
    CountDownLatch hostSawTheEnd = new CountDownLatch(1);
    try (TestHost host = swallowing(hostSawTheEnd);
        Harness harness = harness(policy(host("good.org", 80)), LONG, LONG, SHORT);
        Conversation inside = harness.proxied()) {
      harness.host("good.org", ProxiedHost.ADDRESS, 80, host);
      inside.send(
          "POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\nContent-Length: 5\r\n\r\nab");
      assertThat(inside.rest()).isEmpty();
      hostSawTheEnd.await();
      Harness.await(() -> !harness.endings().isEmpty());
      assertThat(harness.endings()).containsExactly("idle");
    }
  }

  /** A host that takes all and answers nothing. */
  private static TestHost swallowing(CountDownLatch sawTheEnd) throws IOException {
    return TestHost.speaking(
        (in, out) -> {
          in.transferTo(nowhere());
          sawTheEnd.countDown();
        });
  }
}
