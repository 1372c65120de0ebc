package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has said all can still listen. */
@Timeout(120)
class HalfCloseTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void hostThatHasSaidAllCanStillBeSpokenTo() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  out.write(bytes("SSH-2.0-host\r\n"));
                  heard.add(new String(in.readNBytes(8), StandardCharsets.ISO_8859_1));
                  heard.add(new String(in.readNBytes(5), StandardCharsets.ISO_8859_1));
                });
        Harness harness = new Harness(policy(host("git.org", 22)))) {
      harness.host("git.org", ProxiedHost.ADDRESS, 22, host);
      try (Conversation inside = harness.connect(CapturedTest.addressOf(harness, "git.org"), 22)) {
        inside.send("SSH-2.0-");
        Harness.await(() -> heard.size() == 1);
        host.endOutput();
        assertThat(inside.rest()).isEqualTo("SSH-2.0-host\r\n");
        inside.send("later");
        Harness.await(() -> heard.size() == 2);
        assertThat(heard).containsExactly("SSH-2.0-", "later");
      }
    }
  }

  @Test
  void programThatHasSaidAllGetsTheWholeAnswer() throws Exception {
    String much = "a".repeat(2 * 1024 * 1024);
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  int heard = in.readAllBytes().length;
                  out.write(bytes(heard + much));
                });
        Harness harness = new Harness(policy(host("git.org", 22)))) {
      harness.host("git.org", ProxiedHost.ADDRESS, 22, host);
      try (Conversation inside = harness.connect(CapturedTest.addressOf(harness, "git.org"), 22)) {
        inside.send("SSH-2.0-me\r\n").send(much).endOutput();
        assertThat(inside.rest()).isEqualTo((12 + much.length()) + much);
      }
      Harness.await(() -> harness.egress.connections() == 0);
      assertThat(harness.endings()).hasSize(1);
    }
  }

  @Test
  void programThatGoesTakesItsTunnelWithIt() throws Exception {
    CountDownLatch hostSawTheEnd = new CountDownLatch(1);
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  in.readAllBytes();
                  hostSawTheEnd.countDown();
                });
        Harness harness = new Harness(policy(host("git.org", 22)))) {
      harness.host("git.org", ProxiedHost.ADDRESS, 22, host);
      Conversation inside = harness.connect(CapturedTest.addressOf(harness, "git.org"), 22);
      inside.send("SSH-2.0-me\r\n").close();
      hostSawTheEnd.await();
      Harness.await(() -> harness.egress.connections() == 0);
    }
  }

  @Test
  void requestBeforeTheEndIsAnswered() {
    try (ProxiedHost good = ProxiedHost.answering("hello")) {
      good.inside.send(ProxiedHost.get("/")).endOutput();
      assertThat(good.inside.rest()).endsWith("hello");
      Harness.await(() -> good.harness.egress.connections() == 0);
    }
  }

  @Test
  void endBeforeAnythingWasSaidClosesTheConnection() throws Exception {
    try (Harness harness = new Harness(policy(host("git.org", 22, 443)));
        Conversation proxied = harness.proxied();
        Conversation broker = harness.connect("127.0.0.1", 3129);
        Conversation dns = harness.connect("198.18.0.1", 53);
        Conversation captured = harness.connect(CapturedTest.addressOf(harness, "git.org"), 443);
        Conversation bare = new Conversation(harness.bare())) {
      for (Conversation each : List.of(proxied, broker, dns, captured, bare)) {
        each.endOutput();
        assertThat(each.rest()).isEmpty();
      }
      Harness.await(() -> harness.egress.connections() == 0);
    }
  }

  @Test
  void endInTheMiddleOfARequestClosesTheConnection() {
    try (ProxiedHost good = ProxiedHost.answering("hello")) {
      good.inside.send("POST http://good.org/ HTTP/1.1\r\nHost: good.org\r\n");
      good.inside.endOutput();
      assertThat(good.inside.rest()).isEmpty();
      assertThat(good.host.requests).isEmpty();
    }
  }

  @Test
  void programThatGoesBeforeTheAnswerIsNoticedWhenItComes() {
    CountDownLatch answer = new CountDownLatch(1);
    try (ProxiedHost good =
        ProxiedHost.of(
            TestHost.speaking(
                (in, out) -> {
                  TestHost.request(in);
                  try {
                    answer.await();
                  } catch (InterruptedException e) {
                    return;
                  }
                  out.write(bytes(TestHost.ok("a".repeat(1024 * 1024))));
                }))) {
      good.inside.send(ProxiedHost.get("/"));
      Harness.await(() -> good.host.connections() == 1);
      good.inside.close();
      answer.countDown();
      Harness.await(() -> good.harness.egress.connections() == 0);
      assertThat(good.harness.endings()).hasSize(1);
    }
  }
}
