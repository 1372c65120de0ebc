package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.inspected;
import static dev.claw.egress.Rules.methods;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Closed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CapturedTest {
  private static final String PUBLIC = "93.184.216.34";

  private static TestHost echo() {
    return TestHost.speaking(CapturedTest::echo);
  }

  private static void echo(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[8192];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      out.flush();
    }
  }

  /** A DNS question over TCP, and the whole answer. */
  static byte[] ask(Harness harness, String name, int type) throws Exception {
    try (Conversation dns = harness.connect("198.18.0.1", 53)) {
      ByteBuffer query = ByteBuffer.allocate(512).position(2);
      query.putShort((short) 7).putShort((short) 0x0100).putShort((short) 1);
      query.putShort((short) 0).putShort((short) 0).putShort((short) 0);
      for (String label : name.split("\\.", -1)) {
        query.put((byte) label.length()).put(label.getBytes(StandardCharsets.ISO_8859_1));
      }
      query.put((byte) 0).putShort((short) type).putShort((short) 1);
      query.putShort(0, (short) (query.position() - 2));
      dns.send(Arrays.copyOf(query.array(), query.position()));
      byte[] length = dns.in.readNBytes(2);
      return dns.in.readNBytes((length[0] & 255) << 8 | (length[1] & 255));
    }
  }

  static String addressOf(Harness harness, String name) throws Exception {
    byte[] answer = ask(harness, name, 1);
    assertThat(answer[3] & 15).isZero();
    int end = answer.length;
    return (answer[end - 4] & 255)
        + "."
        + (answer[end - 3] & 255)
        + "."
        + (answer[end - 2] & 255)
        + "."
        + (answer[end - 1] & 255);
  }

  @Test
  void onlyAdmittedNamesExistAndNothingIsAskedOutside() throws Exception {
    try (Harness harness = new Harness(policy(host("**.good.org", 443)))) {
      String first = addressOf(harness, "a.good.org");
      assertThat(first).startsWith("198.18.");
      assertThat(addressOf(harness, "b.good.org")).startsWith("198.18.").isNotEqualTo(first);
      assertThat(addressOf(harness, "A.GOOD.org")).isEqualTo(first);
      byte[] six = ask(harness, "a.good.org", 28);
      assertThat(six[3] & 15).isZero();
      assertThat(six[7]).isZero();
      assertThat(ask(harness, "good.org", 1)[3] & 15).isEqualTo(3);
      assertThat(ask(harness, "c2VjcmV0.tunnel.evil.org", 16)[3] & 15).isEqualTo(3);
      assertThat(harness.lookedUp).isEmpty();
    }
  }

  @Test
  void deniedNamesAreOnRecordFolded() throws Exception {
    try (Harness harness = new Harness(policy())) {
      for (int i = 0; i < 50; i++) {
        assertThat(ask(harness, "chunk" + i + ".evil.org", 1)[3] & 15).isEqualTo(3);
      }
      assertThat(harness.decided()).hasSize(1);
      harness.now = harness.now.plusSeconds(600);
      ask(harness, "other.evil.org", 1);
      assertThat(harness.decided())
          .extracting(EgressEvent.Decided::count)
          .containsExactly(1L, 49L, 1L);
    }
  }

  @Test
  void tableOfNamesIsBounded() throws Exception {
    try (Harness harness = new Harness(policy(host("**.good.org", 443)))) {
      for (int i = 0; i < 100; i++) {
        addressOf(harness, "n" + i + ".good.org");
      }
      assertThat(ask(harness, "more.good.org", 1)[3] & 15).isEqualTo(2);
      assertThat(addressOf(harness, "n0.good.org")).isEqualTo("198.18.0.16");
    }
  }

  @Test
  void capturedTlsPassesByTheNameBehindTheAddress() throws Exception {
    byte[] hello = Hello.record("good.org", false);
    try (TestHost host = echo();
        Harness harness = new Harness(policy(host("good.org", 443)))) {
      harness.host("good.org", PUBLIC, 443, host);
      try (Conversation inside = harness.connect(addressOf(harness, "good.org"), 443)) {
        // In two pieces, as a network may give them.
        inside.send(Arrays.copyOf(hello, 7));
        inside.send(Arrays.copyOfRange(hello, 7, hello.length));
        assertThat(inside.in.readNBytes(hello.length)).isEqualTo(hello);
        assertThat(inside.send("more").read(4)).isEqualTo("more");
      }
      Harness.await(() -> harness.events.stream().anyMatch(Closed.class::isInstance));
      Closed closed = (Closed) harness.events.getLast();
      assertThat(closed.bytesOut()).isEqualTo(hello.length + 4);
      assertThat(closed.bytesIn()).isEqualTo(hello.length + 4);
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"evil.org", "sub.good.org", "127.0.0.1", "good.org\u0000.evil.org", ""})
  void tlsThatNamesAnotherHostOrNoneIsReset(String name) throws Exception {
    try (TestHost host = echo();
        Harness harness = new Harness(policy(host("good.org", 443)))) {
      harness.host("good.org", PUBLIC, 443, host);
      try (Conversation inside = harness.connect(addressOf(harness, "good.org"), 443)) {
        assertThat(inside.send(Hello.record(name, false)).rest()).isEmpty();
      }
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.SERVER_NAME);
      try (Conversation inside = harness.proxied()) {
        assertThat(inside.send("CONNECT good.org:443 HTTP/1.1\r\n\r\n").answer())
            .startsWith("HTTP/1.1 200");
        assertThat(inside.send(Hello.record(name, false)).rest()).isEmpty();
      }
      assertThat(harness.denied()).hasSize(2);
    }
  }

  @Test
  void encryptedHelloIsRefusedWhereTheRuleLooksInside() throws Exception {
    try (Harness harness = new Harness(policy(inspected(host("good.org", 443))));
        Conversation inside = harness.connect(addressOf(harness, "good.org"), 443)) {
      assertThat(inside.send(Hello.record("good.org", true)).rest()).isEmpty();
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.SERVER_NAME);
    }
  }

  @Test
  void bareAddressIsJudgedByServerNameAndConnectedByOwnLookUp() throws Exception {
    byte[] hello = Hello.record("good.org", false);
    try (TestHost host = echo();
        Harness harness = new Harness(policy(host("good.org", 443)))) {
      harness.host("good.org", PUBLIC, 443, host);
      try (Conversation inside = harness.connect("10.1.2.3", 443)) {
        assertThat(inside.send(hello).in.readNBytes(hello.length)).isEqualTo(hello);
      }
      try (Conversation inside = harness.connect("10.1.2.3", 443)) {
        assertThat(inside.send(Hello.record(null, false)).rest()).isEmpty();
      }
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.NO_RULE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "169.254.169.254",
        "127.0.0.2",
        "198.18.77.77",
        "198.18.0.1",
        "8.8.8.8"
      })
  void addressWithoutARuleGoesNowhere(String address) {
    try (Harness harness = new Harness(policy(host("good.org", 22, 443)));
        Conversation inside = harness.connect(address, 22)) {
      assertThat(inside.send("SSH-2.0-x\r\n").rest()).isEmpty();
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.NO_RULE);
      assertThat(harness.lookedUp).isEmpty();
    }
  }

  @Test
  void capturedHttpIsJudgedByItsHost() throws Exception {
    try (TestHost host = TestHost.http(request -> TestHost.ok("hello"));
        Harness harness = new Harness(policy(methods("good.org", 80, "GET")))) {
      harness.host("good.org", PUBLIC, 80, host);
      try (Conversation inside = harness.connect(addressOf(harness, "good.org"), 80)) {
        assertThat(inside.send("GET / HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
            .endsWith("hello");
        assertThat(inside.send("DELETE / HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
            .startsWith("HTTP/1.1 403");
        assertThat(inside.send("GET / HTTP/1.1\r\nHost: evil.org\r\n\r\n").answer())
            .startsWith("HTTP/1.1 403");
      }
      try (Conversation inside = harness.connect("1.2.3.4", 80)) {
        assertThat(inside.send("GET / HTTP/1.1\r\nHost: good.org\r\n\r\n").answer())
            .endsWith("hello");
      }
    }
  }

  @Test
  void sshPassesOnARuleForHostAndPortWhoeverSpeaksFirst() throws Exception {
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  out.write("SSH-2.0-host\r\n".getBytes(StandardCharsets.ISO_8859_1));
                  out.flush();
                  in.transferTo(out);
                });
        Harness harness = new Harness(policy(host("git.org", 22)))) {
      harness.host("git.org", PUBLIC, 22, host);
      try (Conversation inside = harness.connect(addressOf(harness, "git.org"), 22)) {
        assertThat(inside.send("SSH-2.0-me\r\n").read(14)).isEqualTo("SSH-2.0-host\r\n");
        assertThat(inside.read(12)).isEqualTo("SSH-2.0-me\r\n");
      }
      try (Conversation inside = harness.connect(addressOf(harness, "git.org"), 22)) {
        assertThat(inside.read(14)).isEqualTo("SSH-2.0-host\r\n");
        assertThat(inside.send("abc").read(3)).isEqualTo("abc");
      }
      try (Conversation inside = harness.connect(addressOf(harness, "git.org"), 22)) {
        assertThat(inside.read(14)).isEqualTo("SSH-2.0-host\r\n");
        assertThat(inside.send("GET / HTTP/1.1\r\n").rest()).isEmpty();
      }
      assertThat(harness.denied()).extracting(Denied::reason).containsExactly(Reason.PROTOCOL);
    }
  }

  @Test
  void slowReaderHoldsTheHostBackAndGetsAll() throws Exception {
    AtomicLong written = new AtomicLong();
    int size = 64 * 1024 * 1024;
    try (TestHost host =
            TestHost.speaking(
                (in, out) -> {
                  in.readNBytes(12);
                  byte[] block = new byte[65_536];
                  for (int i = 0; i < size / block.length; i++) {
                    out.write(block);
                    written.addAndGet(block.length);
                  }
                });
        Harness harness = new Harness(policy(host("git.org", 22)))) {
      harness.host("git.org", PUBLIC, 22, host);
      try (Conversation inside = harness.connect(addressOf(harness, "git.org"), 22)) {
        inside.send("SSH-2.0-me\r\n");
        assertThat(inside.read(1)).hasSize(1);
        long before;
        do {
          before = written.get();
          Thread.sleep(100);
        } while (before != written.get());
        assertThat(before).isLessThan(size / 2);
        inside.in.skipNBytes(size - 1);
      }
    }
  }

  @Test
  void ruleThatGoesTakesItsConnectionsWithIt() throws Exception {
    try (TestHost host = echo();
        Harness harness = new Harness(policy(host("git.org", 22)))) {
      harness.host("git.org", PUBLIC, 22, host);
      String address = addressOf(harness, "git.org");
      try (Conversation first = harness.connect(address, 22)) {
        assertThat(first.send("SSH-1").read(5)).isEqualTo("SSH-1");
        harness.update(policy(host("git.org", 22), host("new.org", 22)));
        assertThat(first.send("SSH-2").read(5)).isEqualTo("SSH-2");
        harness.update(policy(host("git.org", 23)));
        assertThat(first.rest()).isEmpty();
      }
      Harness.await(() -> harness.events.getLast() instanceof Closed);
      assertThat(((Closed) harness.events.getLast()).why())
          .isEqualTo("no rule admits it any longer");
    }
  }

  @Test
  void grantThatEndsTakesItsConnectionsWithItThoughTheClockIsSetBack() throws Exception {
    try (TestHost host = echo();
        Harness harness = new Harness(policy())) {
      harness.host("git.org", PUBLIC, 22, host);
      Instant end = harness.now.plusSeconds(3600);
      Grant grant = Grant.parse("g1", "git.org", List.of(22), end);
      harness.update(policy(), grant);
      try (Conversation inside = harness.connect(addressOf(harness, "git.org"), 22)) {
        assertThat(inside.send("SSH-1").read(5)).isEqualTo("SSH-1");
        harness.now = end.minusMillis(700);
        harness.update(policy(), grant); // sees what time it is
        harness.now = end.minusSeconds(3600);
        assertThat(inside.rest()).isEmpty();
      }
      assertThat(ask(harness, "git.org", 1)[3] & 15).isEqualTo(3);
    }
  }

  @Test
  void connectionWithoutAProxyHeaderIsClosed() throws Exception {
    try (Harness harness = new Harness(policy());
        SocketChannel channel = harness.bare();
        Conversation inside = new Conversation(channel)) {
      assertThat(inside.send("GET http://a.b/ HTTP/1.1\r\nHost: a.b\r\n\r\n").rest()).isEmpty();
      assertThat(harness.egress.connections()).isZero();
    }
  }

  @Test
  void resetOfTheHostEndsTheTunnel() throws Exception {
    try (TestHost host = echo();
        Harness harness = new Harness(policy(host("git.org", 22)))) {
      harness.host("git.org", PUBLIC, 22, host);
      try (Conversation inside = harness.connect(addressOf(harness, "git.org"), 22)) {
        assertThat(inside.send("SSH-1").read(5)).isEqualTo("SSH-1");
        host.reset();
        assertThat(inside.rest()).isEmpty();
      }
      Harness.await(() -> harness.endings().size() == 1);
    }
  }
}
