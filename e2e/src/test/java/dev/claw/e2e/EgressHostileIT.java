package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.e2e.CapturedAgent.Heard;
import dev.claw.e2e.CapturedAgent.Said;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a program inside may try to get out past its rules. Nothing of it may arrive anywhere. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class EgressHostileIT extends EgressScene {
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
    List<Path> doors = doors();
    Assertions.assertThat(doors).as("the sockets of both agents on the host").hasSize(2);
    for (Path door : doors) {
      Assertions.assertThat(agent.exec("test", "-e", door.toString()).exitCode())
          .as(door + " inside")
          .isEqualTo(1);
    }
  }

  private List<Path> doors() {
    Path runtime = Path.of(System.getenv("XDG_RUNTIME_DIR"), "claw");
    List<Path> doors = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(runtime, "home-*")) {
      for (Path folder : folders) {
        Stream.of(agent, neighbour)
            .map(one -> folder.resolve("egress-" + claw.id(one.name()) + ".sock"))
            .filter(Files::exists)
            .forEach(doors::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return doors;
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
}
