package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import dev.claw.e2e.CapturedAgent.Heard;
import dev.claw.e2e.CapturedAgent.Said;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a program inside may try with names, and with protocols that are not HTTP. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@SuppressWarnings("StringConcatToTextBlock") // CRLF
class EgressNamesIT extends EgressScene {
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
    CommandResult log = claw.run("egress", "log", "--tail", "100000", agent.name());
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
  void sshAndGitOverIt() {
    Path repository = claw.folder().resolve("r" + Claw.hex() + ".git");
    String git = "git -c user.name=t -c user.email=t@example -c init.defaultBranch=main ";
    assertThat(
            Command.of(
                    "sh",
                    "-ec",
                    """
                    %1$s init -q %2$s; cd %2$s; echo over-ssh >file; git add file; %1$s commit -qm one
                    git config receive.denyCurrentBranch ignore
                    """
                        .formatted(git, repository))
                .run())
        .succeeds();
    try (SshServer server = new SshServer(repository)) {
      String port = Integer.toString(server.good());
      assertThat(claw.run("egress", "allow", agent.name(), host, "--port", port, "--for", "30m"))
          .succeeds();
      String ssh =
          """
          export GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/tmp/known -o ConnectTimeout=30'
          rm -rf /tmp/c; git clone -q ssh://git@%1$s:%2$d/r /tmp/c && cat /tmp/c/file
          """;
      assertThat(agent.shell(ssh.formatted(host, server.good()))).succeeds().prints("over-ssh");
      String push =
          ssh + "cd /tmp/c && echo more >>file && %3$s commit -qam two && git push -q origin main";
      assertThat(agent.shell(push.formatted(host, server.good(), git))).succeeds();
      assertThat(Command.of("git", "-C", repository.toString(), "log", "--oneline").run())
          .prints(" two");
      Assertions.assertThat(agent.shell(ssh.formatted(host, server.bad())).exitCode())
          .as("git over ssh to a port that no rule admits")
          .isNotZero();
      Assertions.assertThat(
              agent.shell("ssh -p %d git@%s".formatted(server.bad(), host)).exitCode())
          .as("ssh to a port that no rule admits")
          .isEqualTo(255);
      Assertions.assertThat(server.connections(server.good())).isEqualTo(3);
      Assertions.assertThat(server.connections(server.bad())).isZero();
    }
  }
}
