package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.claw.e2e.CapturedAgent.Heard;
import dev.claw.e2e.CapturedAgent.Said;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Malformed and ambiguous requests from inside a container, on both ways to the proxy. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class EgressProtocolIT {
  private static final int BULK = 64 * 1024 * 1024;

  private final String host = HostServer.address();
  private final HostServer allowed = HostServer.http();
  private final HostServer denied = HostServer.http();
  private final AtomicLong sent = new AtomicLong();
  private final HostServer bulk =
      HostServer.of(
          (in, out, connection) -> {
            HostServer.head(in);
            out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + BULK + "\r\n\r\n").getBytes(UTF_8));
            byte[] block = new byte[65_536];
            for (int at = 0; at < BULK; at += block.length) {
              out.write(block);
              sent.addAndGet(block.length);
            }
          });
  private final AtomicInteger hellos = new AtomicInteger();
  private final HostServer tls =
      HostServer.of(
          (in, out, connection) -> {
            if (in.read() == 22) { // RFC 8446, 5.1: handshake
              hellos.incrementAndGet();
            }
          });
  private final String target = host + ":" + allowed.port();
  private final String other = host + ":" + denied.port();
  private Claw claw = Claw.unmade();
  private CapturedAgent agent = new CapturedAgent(claw, "");

  @BeforeAll
  void start() {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
    agent =
        CapturedAgent.start(
            claw,
            """
            - {host: %1$s, ports: [%2$d, %3$d, %4$d]}
            - {host: named.example, ports: [80, 443]}
            """
                .formatted(host, allowed.port(), bulk.port(), tls.port()));
  }

  @AfterAll
  void remove() {
    claw.close();
    allowed.close();
    denied.close();
    bulk.close();
    tls.close();
  }

  private static String get(String target, String hostHeader) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(target, hostHeader);
  }

  private Said captured(String text) {
    return Said.to(host, allowed.port(), text);
  }

  /** The allowed host answers on both ways: what is refused below is refused for its form. */
  private void passes() {
    Assertions.assertThat(
            agent.speak(
                List.of(
                    Said.toProxy(get("http://" + target + "/", target)),
                    captured(get("/", target)))))
        .allSatisfy(
            heard ->
                Assertions.assertThat(heard.text())
                    .startsWith("HTTP/1.1 200")
                    .endsWith("served by " + allowed.port()));
  }

  /** Nothing of it reaches a host, and each is answered so or not at all. */
  private void refused(Map<String, Said> asks, String statuses) {
    passes();
    int before = allowed.connections();
    List<Heard> heard = agent.speak(List.copyOf(asks.values()));
    int i = 0;
    for (String what : asks.keySet()) {
      Assertions.assertThat(heard.get(i).end()).as(what).isNotEqualTo("silence");
      Assertions.assertThat(heard.get(i++).text())
          .as(what)
          .containsPattern("^HTTP/1\\.1 (" + statuses + ")");
    }
    Assertions.assertThat(allowed.connections()).as("none reached the host").isEqualTo(before);
    Assertions.assertThat(denied.connections()).as("none reached the other host").isZero();
    passes();
  }

  /** The same head said to the proxy, with the whole target, and on a captured connection. */
  private Map<String, Said> bothWays(Map<String, String> heads) {
    Map<String, Said> asks = new LinkedHashMap<>();
    heads.forEach(
        (what, head) -> {
          asks.put(what + ", to the proxy", Said.toProxy(head.replace("{t}", "http://" + target)));
          asks.put(what + ", captured", captured(head.replace("{t}", "")));
        });
    return asks;
  }

  @Test
  void framesThatServersReadDifferently() {
    String smuggled = "GET /smuggled HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
    String post = "POST {t}/ HTTP/1.1\r\nHost: " + target + "\r\n";
    Map<String, String> heads = new LinkedHashMap<>();
    heads.put(
        "two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + smuggled);
    heads.put("two same lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello");
    heads.put("a list of lengths", post + "Content-Length: 5, 5\r\n\r\nhello");
    heads.put("a signed length", post + "Content-Length: +5\r\n\r\nhello");
    heads.put("a negative length", post + "Content-Length: -1\r\n\r\n");
    heads.put("a length past long", post + "Content-Length: 99999999999999999999\r\n\r\n");
    heads.put(
        "chunked with a length",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + smuggled);
    heads.put(
        "a length with chunked",
        post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled);
    heads.put("chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n");
    heads.put("chunked not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");
    heads.put("chunked disguised", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
    heads.put("a blank before the colon", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n");
    heads.put("a folded line", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n");
    refused(bothWays(heads), "4..|501");
    Assertions.assertThat(allowed.heard()).doesNotContain("smuggled");
  }

  @Test
  void linesThatServersReadDifferently() {
    String close = "\r\nConnection: close\r\n\r\n";
    Map<String, String> heads = new LinkedHashMap<>();
    heads.put("line feeds alone", "GET {t}/ HTTP/1.1\nHost: " + target + "\n\n");
    heads.put("one line feed alone", "GET {t}/ HTTP/1.1\r\nHost: " + target + "\n\r\n");
    heads.put("a carriage return alone", "GET {t}/ HTTP/1.1\r\nHost: " + target + "\rX: y" + close);
    heads.put("a NUL in the target", "GET {t}/\0 HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
    heads.put("a NUL in a name", "GET {t}/ HTTP/1.1\r\nHost: " + target + "\r\nX\0: y\r\n\r\n");
    heads.put("a NUL in a value", "GET {t}/ HTTP/1.1\r\nHost: " + target + "\r\nX: \0y\r\n\r\n");
    heads.put("two hosts", "GET {t}/ HTTP/1.1\r\nHost: " + target + "\r\nHost: a" + close);
    heads.put("no host", "GET {t}/ HTTP/1.1" + close);
    heads.put("HTTP/2.0", "GET {t}/ HTTP/2.0\r\nHost: " + target + "\r\n\r\n");
    heads.put("HTTP/0.9 named", "GET {t}/ HTTP/0.9\r\nHost: " + target + "\r\n\r\n");
    heads.put("a line without a colon", "GET {t}/ HTTP/1.1\r\nHost: " + target + "\r\nX\r\n\r\n");
    refused(bothWays(heads), "4..|505");
  }

  @Test
  void headsWithoutEnd() {
    String head = "GET http://" + target + "/";
    Map<String, Said> asks = new LinkedHashMap<>();
    asks.put("a request line without end", Said.toProxy(head).and("a", 1_000_000));
    asks.put("the same, captured", captured("GET /").and("a", 1_000_000));
    asks.put(
        "a megabyte of headers",
        Said.toProxy(head + " HTTP/1.1\r\nHost: " + target + "\r\n")
            .and("X: aaaaaaaaaaaaaaa\r\n", 52_429)
            .and("\r\n", 1));
    asks.put(
        "the same, captured",
        captured("GET / HTTP/1.1\r\nHost: " + target + "\r\n")
            .and("X: aaaaaaaaaaaaaaa\r\n", 52_429)
            .and("\r\n", 1));
    asks.put(
        "one header of a megabyte",
        Said.toProxy(head + " HTTP/1.1\r\nHost: " + target + "\r\nX: ")
            .and("a", 1_048_576)
            .and("\r\n\r\n", 1));
    refused(asks, "414|431");
  }

  @Test
  void targetsThatAreNotWhatTheyName() {
    Map<String, Said> asks = new LinkedHashMap<>();
    List.of(
            "http://" + other + "/ " + target, // absolute-form with another Host header
            "http://" + target + "/ " + other,
            "http://" + target + "/ evil.example",
            "http://" + target + "@" + other + "/ " + target,
            "http://user@" + target + "/ " + target,
            "http://" + other + "/ " + other,
            "http://named.example:8443/ named.example:8443",
            "https://" + target + "/ " + target,
            "ftp://" + target + "/ " + target,
            "file:///etc/passwd " + target,
            "/ " + target,
            "* " + target)
        .forEach(
            pair -> {
              String[] both = pair.split(" ", -1);
              asks.put(pair, Said.toProxy(get(both[0], both[1])));
            });
    asks.put("captured, another Host", captured(get("/", "evil.example")));
    asks.put("captured, another port in Host", captured(get("/", other)));
    asks.put("captured, absolute-form elsewhere", captured(get("http://" + other + "/", other)));
    asks.put("captured, absolute-form unlike Host", captured(get("http://" + other + "/", target)));
    refused(asks, "40[03]");
  }

  @Test
  void connectToWhatNoRuleNames() {
    Map<String, Said> asks = new LinkedHashMap<>();
    for (String authority :
        List.of(
            other,
            host + ":22",
            host + ":0",
            host + ":65536",
            host + ":+" + allowed.port(),
            host,
            host + ":",
            "127.0.0.1:" + denied.port(),
            "[::1]:" + denied.port(),
            "[::ffff:" + host + "]:" + allowed.port(),
            "0.0.0.0:" + denied.port(),
            "localhost:" + denied.port(),
            "2130706433:" + denied.port(),
            "0x7f.1:" + denied.port(),
            "0177.0.0.1:" + denied.port(),
            "127.1:" + denied.port(),
            "169.254.169.254:80",
            "named.example:22",
            "evil.example:443",
            "evil.example:443@named.example:443",
            "http://named.example:443")) {
      asks.put(
          authority,
          Said.toProxy("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n"));
    }
    refused(asks, "40[03]");
  }

  @Test
  void aTunnelIsNoWayToAnotherHost() {
    passes();
    String connect = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
    List<Heard> heard =
        agent.speak(
            List.of(
                Said.toProxy(connect + get("/in-tunnel", target)),
                Said.toProxy(connect + get("/outside", "evil.example")),
                Said.toProxy(connect + get("http://" + other + "/outside", other))));
    Assertions.assertThat(heard.get(0).text()).endsWith("served by " + allowed.port());
    Assertions.assertThat(heard.subList(1, 3))
        .allSatisfy(
            one -> Assertions.assertThat(one.text()).contains("HTTP/1.1 403", "X-Claw-Denied"));
    Assertions.assertThat(allowed.heard()).contains("/in-tunnel").doesNotContain("/outside");
    Assertions.assertThat(denied.connections()).isZero();
  }

  @Test
  void serverNamesUnlikeTheHost() {
    String client = "timeout 60 openssl s_client -connect %s:%d %s </dev/null 2>&1; echo rc=$?";
    String through = "-proxy 127.0.0.1:3128 ";
    for (String way : List.of(through, "")) {
      int before = hellos.get();
      assertThat(agent.shell(client.formatted(host, tls.port(), way + "-noservername")))
          .doesNotPrint("rc=124");
      Assertions.assertThat(hellos.get()).as("a hello that fits").isEqualTo(before + 1);
      for (String name : List.of("evil.example", "named.example", host + ".evil.example")) {
        assertThat(agent.shell(client.formatted(host, tls.port(), way + "-servername " + name)))
            .doesNotPrint("rc=0", "rc=124");
        Assertions.assertThat(hellos.get()).as(way + name).isEqualTo(before + 1);
      }
    }
    assertThat(claw.run("egress", "log", agent.name())).succeeds().prints("evil.example");
  }

  @Test
  void aSlowWriterIsCutOffAndHoldsNobodyUp() {
    String drip =
        """
        const socket = require('net').connect(3128, '127.0.0.1');
        let text = '';
        socket.write('GET http://%s/ HTTP/1.1\\r\\nX: ');
        const drip = setInterval(() => socket.write('a'), 200);
        socket.on('data', data => text += data);
        socket.on('error', () => {});
        socket.on('close', () => { clearInterval(drip); console.log(JSON.stringify(text)); });
        """
            .formatted(target);
    try (RunningCommand slow = agent.command("node", "-e", drip).start()) {
      passes();
      CommandResult result = slow.result();
      assertThat(result).succeeds();
      Assertions.assertThat(result.out()).contains("HTTP/1.1 408");
    }
    Assertions.assertThat(allowed.heard()).doesNotContain("aaaa");
  }

  @Test
  void aSlowReaderHoldsTheHostBackAndGetsAll() {
    String read =
        """
        const fs = require('fs');
        const socket = require('net').connect(%d, '%s', () =>
          socket.write('GET / HTTP/1.1\\r\\nHost: %s:%d\\r\\nConnection: close\\r\\n\\r\\n'));
        let bytes = 0;
        socket.once('readable', () => {
          bytes += socket.read().length;
          const wait = setInterval(() => {
            if (!fs.existsSync('/workspace/go-on')) return;
            clearInterval(wait);
            socket.on('data', data => { bytes += data.length; });
            socket.resume();
          }, 100);
        });
        socket.on('close', () => console.log('got ' + (bytes >= %d)));
        """
            .formatted(bulk.port(), host, host, bulk.port(), BULK);
    try (RunningCommand slow = agent.command("node", "-e", read).start()) {
      List<Long> seen = new ArrayList<>(List.of(-1L));
      slow.await(
          "the host being held back",
          () -> {
            long now = sent.get();
            boolean still = now > 0 && now == seen.getLast();
            // Several looks in a row, and requests of others in between, find it where it was.
            if (still) {
              seen.add(now);
            } else {
              seen.clear();
              seen.add(now);
            }
            return seen.size() > 200;
          });
      Assertions.assertThat(sent.get()).as("bytes sent to who does not read").isLessThan(BULK / 2);
      passes();
      assertThat(agent.shell("touch /workspace/go-on")).succeeds();
      assertThat(slow.result()).succeeds().prints("got true");
    }
  }
}
