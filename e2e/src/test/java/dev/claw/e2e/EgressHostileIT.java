package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.e2e.CapturedAgent.Heard;
import dev.claw.e2e.CapturedAgent.Said;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a program inside may try to get out past its rules. Nothing of it may arrive anywhere. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class EgressHostileIT {
  private static final String NO_PROXY = "--noproxy";

  private final String host = HostServer.address();
  private final HostServer allowed = HostServer.http();
  private final HostServer denied = HostServer.http();
  private Claw claw = Claw.unmade();
  private CapturedAgent agent = new CapturedAgent(claw, "");
  private CapturedAgent neighbour = agent;

  @BeforeAll
  void start() {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
    String rules =
        """
        - {host: %1$s, ports: [%2$d]}
        - {host: 127.0.0.1, ports: [%2$d]}
        - {host: %4$s, ports: [%3$d]}
        - {host: named.example, ports: [22, 80, 443]}
        - {host: "**.wild.example", ports: [443]}
        """
            .formatted(host, allowed.port(), denied.port(), hostName());
    agent = CapturedAgent.start(claw, rules);
    neighbour = CapturedAgent.start(claw, rules);
  }

  @AfterAll
  void remove() {
    claw.close();
    allowed.close();
    denied.close();
  }

  /** Otherwise nothing below would say anything. */
  @BeforeEach
  void whatIsAllowedPasses() {
    Assertions.assertThat(agent.status(url(host, allowed.port()), NO_PROXY, "*"))
        .as("an allowed host, captured")
        .isEqualTo("200");
    Assertions.assertThat(throughProxy(url("127.0.0.1", allowed.port())))
        .as("an allowed host, through the proxy")
        .isEqualTo("200");
  }

  @AfterEach
  void nothingArrived() {
    Assertions.assertThat(denied.connections()).as("connections to a denied port").isZero();
    assertThat(claw.run("audit", "verify", agent.name())).succeeds();
  }

  /** The name by which this host knows itself, which leads to an address of its own. */
  private static String hostName() {
    return Command.of("hostname").run().out().strip();
  }

  private static String url(String host, int port) {
    return "http://" + host + ":" + port + "/";
  }

  private String throughProxy(String url) {
    return agent.status(url, NO_PROXY, "", "-x", "http://127.0.0.1:3128");
  }

  /** A connection that leads nowhere: refused, reset, or answered 403 by the proxy. */
  private static void leadsNowhere(String what, Heard heard) {
    Assertions.assertThat(heard.end()).as(what).isNotEqualTo("silence");
    if (!heard.text().isEmpty()) {
      Assertions.assertThat(heard.text()).as(what).startsWith("HTTP/1.1 4");
    }
  }

  private void leadNowhere(List<Said> asks) {
    List<Heard> heard = agent.speak(asks);
    for (int i = 0; i < asks.size(); i++) {
      leadsNowhere(asks.get(i).toString(), heard.get(i));
    }
  }

  private static String get(String host, int port) {
    return "GET / HTTP/1.1\r\nHost: " + host + ":" + port + "\r\nConnection: close\r\n\r\n";
  }

  @Test
  void directTcp() {
    tcpLeadsNowhere();
  }

  private void tcpLeadsNowhere() {
    List<Said> asks = new ArrayList<>();
    for (String to :
        List.of(
            host,
            "127.0.0.1",
            "127.0.0.2",
            "0.0.0.0",
            "10.0.2.2", // the host, where slirp4netns is the network
            "169.254.1.2", // the host, where pasta is
            "100.64.0.1", // the pod's own
            "198.18.0.1",
            "198.18.77.77",
            "8.8.8.8",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::ffff:" + host,
            "2001:4860:4860::8888",
            "64:ff9b::808:808",
            "fe80::1")) {
      asks.add(Said.to(to, denied.port(), get(to, denied.port())));
      asks.add(Said.to(to, denied.port(), "SSH-2.0-hello\r\n"));
    }
    leadNowhere(asks);
  }

  @Test
  void theHostsOwnAddressesThroughTheProxy() {
    hostsAddressesAreRefused();
  }

  private void hostsAddressesAreRefused() {
    for (String to :
        List.of(
            "127.0.0.1",
            "127.0.0.2",
            host,
            "0.0.0.0",
            "localhost",
            "localhost.",
            "x.localhost",
            "host.containers.internal",
            "2130706433",
            "017700000001",
            "0x7f000001",
            "0x7f.1",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::]",
            "[fe80::1]")) {
      Assertions.assertThat(throughProxy(url(to, denied.port()))).as(to).matches("40[03]");
    }
  }

  @Test
  void theMetadataAddress() {
    for (String to :
        List.of(
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "0251.0376.0251.0376",
            "[fd00:ec2::254]",
            "[::ffff:169.254.169.254]",
            "metadata.google.internal")) {
      String url = "http://" + to + "/latest/meta-data/";
      Assertions.assertThat(throughProxy(url)).as(to).matches("40[03]");
      // curl reads the other spellings itself; what has no name has no address.
      Assertions.assertThat(agent.status(url, NO_PROXY, "*")).as(to).matches("40[03]|000");
    }
    leadNowhere(
        List.of(
            Said.to("169.254.169.254", 80, get("169.254.169.254", 80)),
            Said.to("169.254.169.254", 443, "SSH-2.0-hello\r\n"),
            Said.toProxy(
                "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254:80\r\n\r\n")));
  }

  @Test
  void aNameThatLeadsToThisHost() {
    String name = hostName();
    for (String options : List.of("", "*")) {
      CommandResult result =
          agent.exec("curl", "-sS", NO_PROXY, options, "-D", "-", url(name, denied.port()));
      // A name with dots may not be found by a look-up that takes it as it stands.
      Assertions.assertThat(result.out()).as(name).containsPattern("^HTTP/1.1 (403|502)");
      Assertions.assertThat(result.out()).containsAnyOf("that no rule names itself", "not found");
    }
  }

  @Test
  void udp() throws IOException {
    try (DatagramSocket receiver =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0))) {
      int port = receiver.getLocalPort();
      JsonNode results =
          agent.node(
              """
              const dgram = require('dgram');
              const one = ([type, host, port]) => new Promise(done => {
                const socket = dgram.createSocket(type);
                socket.on('error', error => done(error.code));
                socket.send('out', port, host, error => {
                  done(error ? error.code : 'sent');
                  socket.close();
                });
              });
              Promise.all(JSON.parse(process.argv[1]).map(one))
                .then(all => console.log(JSON.stringify(all)));
              """,
              List.of(
                  List.of("udp4", host, port),
                  List.of("udp4", "10.0.2.2", port),
                  List.of("udp4", "169.254.1.2", port),
                  List.of("udp4", "8.8.8.8", 53), // DNS
                  List.of("udp4", "198.18.0.1", 53),
                  List.of("udp4", host, 443), // QUIC
                  List.of("udp4", "255.255.255.255", port),
                  List.of("udp4", "224.0.0.251", 5353),
                  List.of("udp6", "2001:4860:4860::8888", 53)));
      Assertions.assertThat(results)
          .hasSize(9)
          .allSatisfy(
              result ->
                  Assertions.assertThat(result.asText()).matches("EPERM|EACCES|E\\w*UNREACH"));
      // Nor has anything come: the first that does is ours.
      byte[] ours = "control".getBytes(StandardCharsets.UTF_8);
      try (DatagramSocket sender = new DatagramSocket()) {
        sender.send(
            new DatagramPacket(
                ours,
                ours.length,
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port)));
      }
      DatagramPacket first = new DatagramPacket(new byte[100], 100);
      receiver.receive(first);
      Assertions.assertThat(
              new String(first.getData(), 0, first.getLength(), StandardCharsets.UTF_8))
          .isEqualTo("control");
    }
  }

  @Test
  void packetsAndRawSockets() {
    String script =
        """
        use Socket; $| = 1;
        sub out { print shift, "=", (shift) ? "open" : $!{EPERM} || $!{EACCES} || $!{EAFNOSUPPORT} ? "denied" : "none: $!", "\\n" }
        out("stream", socket(my $s, AF_INET, SOCK_STREAM, 6));
        out("icmp-raw", socket(my $a, AF_INET, SOCK_RAW, 1));
        out("tcp-raw", socket(my $b, AF_INET, SOCK_RAW, 6));
        out("any-raw", socket(my $c, AF_INET, SOCK_RAW, 255));
        out("icmp6-raw", socket(my $d, AF_INET6, SOCK_RAW, 58));
        out("packet", socket(my $e, 17, SOCK_RAW, 0x0300));
        out("packet-dgram", socket(my $f, 17, SOCK_DGRAM, 0x0300));
        for my $protocol (1, 132, 33, 136) {
          my $type = $protocol == 132 ? SOCK_STREAM : $protocol == 33 ? 6 : SOCK_DGRAM;
          if (!socket(my $p, AF_INET, $type, $protocol)) { print "p$protocol=none\\n"; next }
          my $echo = pack("C2n3a8", 8, 0, 0xffff - 0x0800 - 1 - 0x6869 * 4 % 0xffff, 1, 0, "hi");
          my $to = sockaddr_in($protocol == 1 ? 0 : 9, inet_aton("HOST"));
          alarm 30;
          my $sent = $protocol == 132 || $protocol == 33 ? connect($p, $to) : send($p, $echo, 0, $to);
          print "p$protocol=", $sent ? "sent" : "refused", "\\n";
        }
        """
            .replace("HOST", host);
    CommandResult result = agent.exec("perl", "-MErrno", "-e", script);
    assertThat(result)
        .succeeds()
        .prints(
            "stream=open",
            "icmp-raw=denied",
            "tcp-raw=denied",
            "any-raw=denied",
            "icmp6-raw=denied",
            "packet=denied",
            "packet-dgram=denied")
        .doesNotPrint("sent");
    Assertions.assertThat(result.out()).containsPattern("p1=(none|refused)");
  }

  @Test
  void namesOverTcpOnly() {
    assertThat(agent.exec("getent", "ahostsv4", "named.example")).succeeds().prints("198.1");
    assertThat(agent.exec("getent", "ahosts", "one.wild.example")).succeeds().prints("198.1");
    for (String name :
        List.of(
            "evil.example",
            "x.named.example",
            "wild.example",
            "localhost.evil.example",
            neighbour.name(),
            Claw.pod(neighbour.name()),
            "host.docker.internal")) {
      Assertions.assertThat(agent.exec("getent", "ahosts", name).exitCode()).as(name).isNotZero();
    }
    // Other servers of names, which would be asked over TCP.
    String query = "\0\37\0\1\1\0\0\1\0\0\0\0\0\0\5named\7example\0\0\1\0\1";
    for (Heard heard :
        agent.speak(
            List.of(
                Said.to("8.8.8.8", 53, query),
                Said.to(host, 53, query),
                Said.to("198.18.0.2", 53, query),
                Said.to("198.18.0.1", 853, query)))) {
      Assertions.assertThat(heard.text()).as("no answer of another server").isEmpty();
      Assertions.assertThat(heard.end()).isNotEqualTo("silence");
    }
  }

  @Test
  void dnsTunnelling() {
    String script =
        """
        const dns = require('dns').promises;
        const ask = async (name, type) => {
          try { return (await dns.resolve(name, type)).flat().join(' '); }
          catch (error) { return error.code; }
        };
        const fs = require('fs');
        // Over TCP, as libc does here: c-ares in Node knows no use-vc.
        const net = require('net');
        const query = (name, type) => new Promise(done => {
          const labels = Buffer.concat(name.split('.').map(label =>
            Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])));
          const message = Buffer.concat([Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
            labels, Buffer.from([0, 0, type, 0, 1])]);
          const length = Buffer.from([message.length >> 8, message.length & 255]);
          const socket = net.connect(53, '198.18.0.1', () => {
            socket.write(Buffer.concat([length, message]));
          });
          let got = Buffer.alloc(0);
          socket.on('data', data => {
            got = Buffer.concat([got, data]);
            if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
              done([got[5] & 15, got.readUInt16BE(8)]);
              socket.destroy();
            }
          });
          socket.on('error', error => done([error.code, 0]));
          socket.on('close', () => done(['closed', 0]));
        });
        (async () => {
          const [suffix, count, type] = JSON.parse(process.argv[1]);
          const all = {};
          for (let i = 0; i < count; i++) {
            const name = 'd' + i.toString(16).padStart(40, '0') + '.' + suffix;
            const [code, answers] = await query(name, type);
            const key = code + '/' + answers;
            all[key] = (all[key] || 0) + 1;
          }
          console.log(JSON.stringify(all));
        })();
        """;
    int before = records();
    Assertions.assertThat(agent.node(script, List.of("tunnel.example", 300, 16)).toString())
        .as("TXT of denied names: none of them exists")
        .isEqualTo("{\"3/0\":300}");
    Assertions.assertThat(records() - before)
        .as("records of 300 denied names, which are folded")
        .isLessThan(100);
    Assertions.assertThat(agent.node(script, List.of("wild.example", 50, 16)).toString())
        .as("TXT below an allowed name: there is nothing, since nobody is asked")
        .isEqualTo("{\"0/0\":50}");
    Assertions.assertThat(agent.node(script, List.of("wild.example", 50, 1)).toString())
        .as("addresses below an allowed name: made up here")
        .isEqualTo("{\"0/1\":50}");
  }

  private int records() {
    CommandResult log = claw.run("egress", "log", agent.name());
    assertThat(log).succeeds();
    return (int) log.out().lines().count();
  }

  @Test
  void addressesThatStandForNames() {
    String address =
        agent
            .exec("getent", "ahostsv4", "named.example")
            .out()
            .strip()
            .lines()
            .findFirst()
            .orElse("")
            .replaceAll("\\s.*", "");
    Assertions.assertThat(address).startsWith("198.1");
    leadNowhere(
        List.of(
            Said.to(address, 80, get("evil.example", 80)),
            Said.to(address, 443, get(host, denied.port())),
            Said.to(address, denied.port(), get("named.example", denied.port())),
            Said.to("198.18.200.200", 80, get(host, denied.port())),
            Said.to("198.18.200.200", 22, "SSH-2.0-hello\r\n"),
            Said.to("198.19.255.255", 443, "SSH-2.0-hello\r\n"),
            Said.to("198.18.0.1", 22, "SSH-2.0-hello\r\n")));
    // The name itself is admitted, and found nowhere but by the host's own look-up.
    Assertions.assertThat(
            agent.status("http://" + address + "/", NO_PROXY, "*", "-H", "Host: named.example"))
        .isEqualTo("502");
  }

  @Test
  void aHeaderThatSpeaksForTheRelay() {
    // PROXY protocol, version 2: TCP over IPv4 from 10.0.0.1:1 to the host's denied port.
    byte[] port = {(byte) (denied.port() >> 8), (byte) denied.port()};
    StringBuilder header = new StringBuilder("\r\n\r\n\0\r\nQUIT\n\041\021\0\014\012\0\0\1");
    for (String part : List.of(host.split("\\.", -1))) {
      header.append((char) Integer.parseInt(part));
    }
    header.append("\0\1").append(new String(port, StandardCharsets.ISO_8859_1));
    String forged = header + get(host, denied.port());
    String first = "PROXY TCP4 10.0.0.1 " + host + " 1 " + denied.port() + "\r\n";
    leadNowhere(
        List.of(
            Said.toProxy(forged),
            Said.to("127.0.0.1", 3130, forged),
            Said.to("127.0.0.1", 3130, get(host, denied.port())),
            Said.to("127.0.0.1", 3129, forged),
            Said.to("127.0.0.1", 3129, get(host, denied.port())),
            Said.to(host, denied.port(), forged),
            Said.toProxy(first + get(host, denied.port()))));
  }

  @Test
  void theNeighbour() {
    String listen =
        """
        require('net').createServer(s => s.end('neighbour'))
          .listen(%d, '0.0.0.0', () => console.log('listens'));
        """
            .formatted(denied.port());
    try (RunningCommand listener = neighbour.command("node", "-e", listen).start()) {
      listener.await("the neighbour's port", () -> listener.out().contains("listens"));
      Assertions.assertThat(
              neighbour.speak(List.of(Said.to("127.0.0.1", denied.port(), "x"))).getFirst().text())
          .as("it reaches itself")
          .isEqualTo("neighbour");
      for (Heard heard :
          agent.speak(
              List.of(
                  Said.to("127.0.0.1", denied.port(), "SSH-2.0-x\r\n"),
                  Said.to("100.64.0.1", denied.port(), "SSH-2.0-x\r\n"),
                  Said.to(Claw.pod(neighbour.name()), denied.port(), "SSH-2.0-x\r\n"),
                  Said.to(Claw.container(neighbour.name()), denied.port(), "SSH-2.0-x\r\n")))) {
        leadsNowhere("the neighbour", heard);
      }
    }
    String sockets =
        """
        find / -xdev -type s 2>/dev/null
        find /run /var /tmp /dev /workspace /state /logs -type s 2>/dev/null
        grep -o '[@/].*' /proc/net/unix
        """;
    String mine = agent.shell(sockets + "true").out();
    Assertions.assertThat(mine).doesNotContain("egress-", "podman", "supervisor", "systemd");
    try (var folder = Files.walk(runtime())) {
      List<Path> doors =
          folder.filter(path -> path.getFileName().toString().startsWith("egress-")).toList();
      Assertions.assertThat(doors).as("the sockets of both agents on the host").isNotEmpty();
      for (Path door : doors) {
        Assertions.assertThat(agent.exec("test", "-e", door.toString()).exitCode())
            .as(door + " inside")
            .isEqualTo(1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path runtime() {
    return Path.of(System.getenv("XDG_RUNTIME_DIR"), "claw");
  }

  @Test
  void withoutProxyVariables() {
    variablesDoNotMatter();
  }

  private void variablesDoNotMatter() {
    String curl = "curl -sS -m 60 -o /dev/null -w '%{http_code}\\n' ";
    CommandResult result =
        agent.shell(
            "unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY no_proxy NO_PROXY\n"
                + "env | grep -i _proxy && exit 1\n"
                + curl
                + url(host, allowed.port())
                + "\n"
                + curl
                + url(host, denied.port()));
    assertThat(result).printsOnly("200\n403");
  }

  @Test
  void replacingAndRemovingAllThatItCanWrite() {
    String script =
        """
        for file in /etc/resolv.conf /etc/hosts /etc/nsswitch.conf /etc/claw/openclaw.json \
            /etc/ssl/certs/ca-certificates.crt /usr/bin/curl /proc/sys/net/ipv4/ip_forward \
            /proc/sys/net/ipv4/conf/all/route_localnet /proc/1/oom_score_adj; do
          test -e "$file" || continue
          if ( echo nameserver 8.8.8.8 >>"$file" ) 2>/dev/null; then echo "wrote $file"; fi
          if ( rm -f "$file" && test ! -e "$file" ) 2>/dev/null; then echo "removed $file"; fi
        done
        mkdir -p /tmp/m && mount -t tmpfs none /tmp/m 2>/dev/null && echo mounted
        unshare -Urn true 2>/dev/null && echo unshared
        rm -rf --no-preserve-root /workspace/* /workspace/.[!.]* /state/* /state/.[!.]* /logs/* \
          /tmp/* /home/agent/* /home/agent/.[!.]* /dev/shm/* 2>/dev/null
        # Every process that it may signal, but this one.
        trap '' TERM HUP
        kill -TERM -1 2>/dev/null
        echo done
        """;
    CommandResult result = agent.shell(script);
    // It may have killed its own program, or be about to end.
    assertThat(claw.run("stop", "--now", agent.name())).succeeds();
    agent.start();
    Assertions.assertThat(result.out())
        .as(result.toString())
        .doesNotContain("wrote", "removed", "mounted", "unshared");
    whatIsAllowedPasses();
    tcpLeadsNowhere();
    variablesDoNotMatter();
    hostsAddressesAreRefused();
  }

  @Test
  void tenThousandConnections() {
    String script =
        """
        const net = require('net'), fs = require('fs');
        const [port, total] = JSON.parse(process.argv[1]);
        let begun = 0, connected = 0, failed = 0;
        const sockets = [];
        const more = () => {
          for (let i = 0; i < 500 && begun < total; i++, begun++) {
            const socket = net.connect(port, '127.0.0.1');
            socket.on('connect', () => { connected++; socket.write('GET '); });
            socket.on('error', () => { failed++; });
            sockets.push(socket);
          }
          if (begun < total) setImmediate(more);
          else if (connected + failed >= 500) hold();
          else setTimeout(more, 50);
        };
        const hold = () => {
          console.log('tried ' + begun);
          const wait = setInterval(() => {
            if (!fs.existsSync('/tmp/enough')) return;
            clearInterval(wait);
            sockets.forEach(socket => socket.destroy());
            console.log('over');
          }, 100);
        };
        more();
        """;
    try (RunningCommand flood = agent.command("node", "-e", script, "[3128,10000]").start()) {
      flood.await("all connections", () -> flood.out().contains("tried 10000"));
      for (int i = 0; i < 5; i++) {
        Assertions.assertThat(neighbour.status(url(host, allowed.port()), NO_PROXY, "*"))
            .as("the neighbour does not notice")
            .isEqualTo("200");
      }
      JsonNode agents = claw.run("supervisor", "status", "--json").json().at("/supervisor/agents");
      Assertions.assertThat(agents)
          .hasSize(2)
          .allSatisfy(
              one -> Assertions.assertThat(one.path("connections").asInt()).isBetween(0, 512));
      assertThat(agent.shell("touch /tmp/enough")).succeeds();
      flood.await("the end", () -> flood.out().contains("over"));
      assertThat(flood.result()).succeeds();
    }
    RunningCommand again =
        agent
            .command(
                "sh",
                "-c",
                "until curl -sS -m 10 -o /dev/null " + url(host, allowed.port()) + "; do :; done")
            .start();
    assertThat(again.result()).succeeds();
  }

  @Test
  void sshAndGitOverIt() throws IOException {
    Path repository = claw.folder().resolve("r" + Claw.hex() + ".git");
    String git = "git -c user.name=t -c user.email=t@example -c init.defaultBranch=main ";
    assertThat(
            Command.of(
                    "sh",
                    "-ec",
                    "%1$s init -q %2$s; cd %2$s; echo over-ssh >file; git add file; %1$s commit -qm one"
                        .formatted(git, repository))
                .run())
        .succeeds();
    // Speaks first, as ssh's servers do; behind that line it is what ssh would carry.
    HostServer.Service server =
        (in, out, connection) -> {
          out.write("SSH-2.0-test\r\n".getBytes(StandardCharsets.UTF_8));
          out.flush();
          Process pack =
              new ProcessBuilder("git", "upload-pack", repository.toString())
                  .redirectError(ProcessBuilder.Redirect.DISCARD)
                  .start();
          Thread.ofVirtual().start(() -> pump(in, pack.getOutputStream()));
          pump(pack.getInputStream(), out);
        };
    try (HostServer good = HostServer.of(server);
        HostServer bad = HostServer.of(server)) {
      assertThat(
              claw.run(
                  "egress",
                  "allow",
                  agent.name(),
                  host,
                  "--port",
                  "" + good.port(),
                  "--for",
                  "30m"))
          .succeeds();
      String ssh =
          """
          cat >/tmp/ssh.js <<'SSH'
          const at = process.argv.indexOf('-p');
          const socket = require('net').connect(process.argv[at + 1], '%1$s');
          let greeted = false;
          socket.on('data', data => {
            if (!greeted) {
              const line = data.indexOf(10);
              if (!data.subarray(0, line).toString().startsWith('SSH-2.0')) process.exit(9);
              greeted = true;
              process.stdin.pipe(socket, {end: false});
              data = data.subarray(line + 1);
            }
            process.stdout.write(data);
          });
          socket.on('error', () => process.exit(8));
          socket.on('close', () => process.exit(greeted ? 0 : 8));
          SSH
          export GIT_SSH_COMMAND='node /tmp/ssh.js' GIT_SSH_VARIANT=ssh
          rm -rf /tmp/c; git clone -q ssh://git@%1$s:%2$d/r /tmp/c && cat /tmp/c/file
          """;
      assertThat(agent.shell(ssh.formatted(host, good.port()))).succeeds().prints("over-ssh");
      Assertions.assertThat(agent.shell(ssh.formatted(host, bad.port())).exitCode())
          .as("git over ssh to a host that no rule admits")
          .isNotZero();
      Assertions.assertThat(bad.connections()).isZero();
    }
  }

  private static void pump(InputStream from, OutputStream to) {
    byte[] buffer = new byte[8192];
    try (to) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
        to.flush();
      }
    } catch (IOException e) {
      // The other end is gone.
    }
  }
}
