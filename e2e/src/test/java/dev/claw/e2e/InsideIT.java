package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a hostile program inside an agent can see, touch and reach. */
@RequiresPodman
@SharedAgent.Wanted
class InsideIT {

  @Test
  void hasNoInterfaceButLoopback(SharedAgent agent) {
    CommandResult interfaces = agent.shell("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '");
    assertThat(interfaces).succeeds().printsOnly("lo");
    assertThat(agent.shell("tail -n +2 /proc/net/route | grep -v '^lo'; true"))
        .succeeds()
        .printsNothing();
  }

  @Test
  void reachesNoAddress(SharedAgent agent) throws IOException {
    List<String> targets =
        new ArrayList<>(
            List.of(
                "1.1.1.1:53",
                "169.254.169.254:80",
                "10.0.2.2:80",
                "10.0.2.3:53",
                "192.168.0.1:80",
                "172.17.0.1:80",
                "[2606:4700:4700::1111]:53",
                "[fe80::1]:80"));
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress())
        .map(InetAddress::getHostAddress)
        .map(address -> address.replaceAll("%.*", ""))
        .map(address -> address.contains(":") ? "[" + address + "]:22" : address + ":22")
        .forEach(targets::add);
    String program =
        """
        for (const target of process.argv.slice(1)) {
          const [, host, port] = /^\\[?([^\\]]*?)\\]?:(\\d+)$/.exec(target)
          const socket = require('net').connect({host, port: +port})
          let answer = ''
          socket.setTimeout(60000, () => { console.log(target, 'TIMEOUT'); socket.destroy() })
          socket.on('connect', () => socket.write(`GET / HTTP/1.1\\r\\nHost: ${host}\\r\\n\\r\\n`))
          socket.on('data', data => { answer += data; socket.end() })
          socket.on('end', () => console.log(target, answer ? answer.split('\\r')[0] : 'NOTHING'))
          socket.on('error', error => console.log(target, error.code))
        }
        """;
    List<String> words = new ArrayList<>(List.of("node", "-e", program, "--"));
    words.addAll(targets);
    CommandResult result = agent.exec(words.toArray(String[]::new));
    assertThat(result).succeeds();
    Assertions.assertThat(result.out().lines())
        .hasSameSizeAs(targets)
        .allMatch(
            line ->
                line.matches(
                    "\\S+ (ENETUNREACH|EHOSTUNREACH|EINVAL|EADDRNOTAVAIL" // IPv6
                        + "|ECONNRESET|NOTHING|HTTP/1.1 403 Forbidden)"), // captured, and denied
            "is unreachable");
  }

  @Test
  void resolvesOnlyNamesThatARuleAdmits(SharedAgent agent) {
    assertThat(agent.exec("getent", "ahosts", "example.com")).exits(2).printsNothing();
    // An address that stands for the name in this agent alone.
    assertThat(agent.exec("getent", "ahosts", "github.com")).succeeds().prints("198.18.");
  }

  @Test
  void sendsNoDatagram(SharedAgent agent) {
    String program =
        """
        const socket = require('dgram').createSocket('udp4')
        socket.send('x', 53, '1.1.1.1', error => { console.log(error.code); socket.close() })
        """;
    assertThat(agent.exec("node", "-e", program)).succeeds().printsOnly("EPERM");
  }

  @ParameterizedTest
  @CsvSource({
    // family, type, protocol: raw ICMP, raw TCP, packets of every kind, ICMP over IPv6
    "2,3,1",
    "2,3,6",
    "17,3,768",
    "10,3,58"
  })
  void opensNoRawSocket(int family, int type, int protocol, SharedAgent agent) {
    CommandResult result =
        agent.exec(
            "perl",
            "-e",
            "socket(S, $ARGV[0], $ARGV[1], $ARGV[2]) and print 'OPEN';"
                + " print $!{EPERM} || $!{EAFNOSUPPORT} ? 'refused' : $!",
            Integer.toString(family),
            Integer.toString(type),
            Integer.toString(protocol));
    assertThat(result).succeeds().doesNotPrint("OPEN").prints("refused");
  }

  @Test
  void hasNoPrivilege(SharedAgent agent) {
    String none = "\t0000000000000000\n";
    for (String process : List.of("self", "1")) {
      assertThat(agent.exec("cat", "/proc/" + process + "/status"))
          .succeeds()
          .prints("CapInh:" + none, "CapPrm:" + none, "CapEff:" + none)
          .prints("CapBnd:" + none, "CapAmb:" + none)
          .prints("NoNewPrivs:\t1\n", "Seccomp:\t2\n");
    }
    assertThat(agent.exec("id", "-u")).succeeds().doesNotPrint("0\n\n");
    Assertions.assertThat(agent.exec("id", "-u").out().strip()).isNotEqualTo("0");
    assertThat(agent.shell("find / -xdev -perm /6000 -type f -exec {} \\; 2>&1; id -u"))
        .doesNotPrint("\n0\n");
  }

  /** Runs each in a shell of its own and gives those that worked. */
  private static List<String> working(SharedAgent agent, List<String> scripts) {
    List<String> words = new ArrayList<>(List.of("sh", "-c"));
    words.add("for s; do (eval \"$s\") >/dev/null 2>&1 && printf '%s\\n' \"$s\"; done; true");
    words.add("sh");
    words.addAll(scripts);
    CommandResult result = agent.exec(words.toArray(String[]::new));
    assertThat(result).succeeds();
    return result.out().lines().toList();
  }

  @Test
  void writesNothingOutsideItsFolders(SharedAgent agent) {
    List<String> scripts =
        List.of(
            "touch /made",
            "touch /usr/bin/made",
            "touch /etc/made",
            "touch /etc/claw/made",
            "touch /opt/claw/bin/made",
            "touch /run/made",
            "touch /var/tmp/made",
            "echo x >>/etc/claw/openclaw.json",
            "rm -f /etc/claw/openclaw.json",
            "chmod 777 /etc/claw/openclaw.json",
            "mv /etc/claw /etc/other",
            "echo x >>/run/secrets/gateway-token",
            "chmod 777 /run/secrets/gateway-token",
            "echo x >/etc/passwd",
            "echo x >/etc/resolv.conf",
            "echo x >/etc/hosts",
            "echo 1 >/proc/sys/net/ipv4/ip_forward",
            "echo c >/proc/sysrq-trigger",
            "mkdir /sys/fs/cgroup/made",
            "echo 1 >/sys/kernel/mm/ksm/run");
    Assertions.assertThat(working(agent, scripts)).isEmpty();
    Assertions.assertThat(working(agent, List.of("touch /tmp/made"))).hasSize(1);
  }

  @Test
  void writesItsOwnFolders(SharedAgent agent) {
    assertThat(agent.shell("cd && touch x /workspace/x /state/x /logs/x /tmp/x")).succeeds();
  }

  @Test
  void getsNoOtherNamespaceMountOrDevice(SharedAgent agent) {
    List<String> scripts =
        List.of(
            "unshare -U true",
            "unshare -m true",
            "unshare -n true",
            "mkdir -p /tmp/m && mount -t tmpfs none /tmp/m",
            "mkdir -p /tmp/m && mount --bind /etc /tmp/m",
            "nsenter -t 1 -m true",
            "chroot /tmp true",
            "mknod /tmp/disk b 8 0",
            "setpriv --reuid 0 true");
    Assertions.assertThat(working(agent, scripts)).isEmpty();
  }

  /** Numbers of x86-64. */
  @Test
  void isRefusedSystemCalls(SharedAgent agent) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    numbers.put("ptrace", 101);
    numbers.put("pivot_root", 155);
    numbers.put("kexec_load", 246);
    numbers.put("add_key", 248);
    numbers.put("keyctl", 250);
    numbers.put("perf_event_open", 298);
    numbers.put("open_by_handle_at", 304);
    numbers.put("process_vm_readv", 310);
    numbers.put("bpf", 321);
    numbers.put("userfaultfd", 323);
    numbers.put("io_uring_setup", 425);
    numbers.put("move_mount", 429);
    numbers.put("fsopen", 430);
    String program =
        "for (@ARGV) { my $r = syscall($_ + 0, 0, 0, 0, 0, 0);"
            + " print \"$_ $r \", $!{EPERM} || $!{ENOSYS} ? 'refused' : $! + 0, \"\\n\" }";
    List<String> words = new ArrayList<>(List.of("perl", "-e", program));
    numbers.values().forEach(number -> words.add(number.toString()));
    CommandResult result = agent.exec(words.toArray(String[]::new));
    assertThat(result).succeeds();
    Assertions.assertThat(result.out().lines())
        .containsExactlyElementsOf(
            numbers.values().stream().map(number -> number + " -1 refused").toList());
  }

  @Test
  void seesNothingOfTheHost(SharedAgent agent) {
    String home = System.getProperty("user.home");
    String sources =
        agent.shell("awk '$9 != \"overlay\" {print $4, $5}' /proc/self/mountinfo").out();
    Path own = agent.claw().agent(agent.name());
    Assertions.assertThat(sources.lines().filter(line -> line.startsWith(home + "/")))
        .allMatch(line -> line.contains("/overlay-containers/"));
    Assertions.assertThat(
            sources.lines().filter(line -> line.startsWith(agent.claw().home().toString())))
        .allMatch(line -> line.startsWith(own + "/"))
        .hasSize(5);
    for (String path :
        List.of(home, agent.claw().home().toString(), "/run/user", "/var/run/docker.sock")) {
      CommandResult result = agent.exec("test", "-e", path);
      Assertions.assertThat(result.exitCode()).as(path).isEqualTo(1);
    }
    assertThat(agent.shell("find / -xdev -name '*podman*.sock' -o -xdev -name 'host.key'"))
        .doesNotPrint("podman", "host.key");
    assertThat(agent.shell("find / -name .ssh -o -name 'id_*' -path '*ssh*' 2>/dev/null"))
        .printsNothing();
    // The host's processes are not there: what is there descends from the first.
    assertThat(agent.shell("cat /proc/1/comm && cat /proc/[0-9]*/comm 2>/dev/null; true"))
        .succeeds()
        .doesNotPrint("conmon", "java");
  }

  @Test
  void findsNoTokenAndNoHostVariableInAnyEnvironment(SharedAgent agent) {
    String all = agent.shell("env; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'").out();
    String token = agent.exec("cat", "/run/secrets/gateway-token").out().strip();
    Assertions.assertThat(token).hasSizeGreaterThan(20);
    Assertions.assertThat(all)
        .contains("OPENCLAW_CONFIG_READONLY=1")
        .doesNotContain(token, "OPENCLAW_GATEWAY_TOKEN", "E2E_CANARY", "of-the-host")
        .doesNotContain("\nCLAW_HOME=", "XDG_RUNTIME_DIR=");
  }

  @Test
  void keepsItsTokenFromTheOutside(SharedAgent agent) throws IOException {
    String token = agent.exec("cat", "/run/secrets/gateway-token").out().strip();
    assertThat(agent.exec("stat", "-c", "%a %u", "/run/secrets/gateway-token"))
        .printsOnly("400 " + agent.exec("id", "-u").out().strip());
    CommandResult inspect = Command.of("podman", "inspect", Claw.container(agent.name())).run();
    assertThat(inspect).succeeds().doesNotPrint(token);
    assertThat(agent.claw().run("inspect", agent.name(), "--json")).doesNotPrint(token);
    assertThat(agent.claw().run("logs", agent.name())).doesNotPrint(token);
    assertThat(agent.claw().run("audit", "show", "--json")).doesNotPrint(token);
    Assertions.assertThat(
            Files.readString(agent.claw().agent(agent.name()).resolve("openclaw.json")))
        .doesNotContain(token);
  }

  @Test
  void seesTheLimitsThatTheLockNames(SharedAgent agent) {
    assertThat(agent.shell("ulimit -n; ulimit -c")).succeeds().printsOnly("4096\n0");
    assertThat(agent.shell("df -k --output=size /tmp | tail -1")).prints("1048576");
    if (agent.claw().enforcesLimits()) {
      assertThat(agent.shell("cd /sys/fs/cgroup && cat memory.max pids.max"))
          .succeeds()
          .printsOnly((4L << 30) + "\n1024");
    }
  }
}
