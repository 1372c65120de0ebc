package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;
import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Tries every system call that {@code seccomp: strict} refuses, from inside a real agent. */
@RequiresPodman
@SharedAgent.Wanted
class SeccompIT {
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;
  private static final long NEW_USER = 0x1000_0000L;
  private static final long NEW_NET = 0x4000_0000L;
  private static final long SIGCHLD = 17;

  /** Numbers of the x86-64 table (arch/x86/entry/syscalls/syscall_64.tbl). */
  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          entry("ptrace", 101),
          entry("syslog", 103),
          entry("uselib", 134),
          entry("vhangup", 153),
          entry("modify_ldt", 154),
          entry("pivot_root", 155),
          entry("chroot", 161),
          entry("acct", 163),
          entry("settimeofday", 164),
          entry("mount", 165),
          entry("umount2", 166),
          entry("swapon", 167),
          entry("swapoff", 168),
          entry("reboot", 169),
          entry("sethostname", 170),
          entry("setdomainname", 171),
          entry("iopl", 172),
          entry("ioperm", 173),
          entry("create_module", 174),
          entry("init_module", 175),
          entry("delete_module", 176),
          entry("query_module", 178),
          entry("quotactl", 179),
          entry("nfsservctl", 180),
          entry("lookup_dcookie", 212),
          entry("clock_settime", 227),
          entry("kexec_load", 246),
          entry("add_key", 248),
          entry("request_key", 249),
          entry("keyctl", 250),
          entry("unshare", 272),
          entry("perf_event_open", 298),
          entry("fanotify_init", 300),
          entry("fanotify_mark", 301),
          entry("name_to_handle_at", 303),
          entry("open_by_handle_at", 304),
          entry("clock_adjtime", 305),
          entry("setns", 308),
          entry("process_vm_readv", 310),
          entry("process_vm_writev", 311),
          entry("kcmp", 312),
          entry("finit_module", 313),
          entry("kexec_file_load", 320),
          entry("bpf", 321),
          entry("userfaultfd", 323),
          entry("io_uring_setup", 425),
          entry("io_uring_enter", 426),
          entry("io_uring_register", 427),
          entry("open_tree", 428),
          entry("move_mount", 429),
          entry("fsopen", 430),
          entry("fsconfig", 431),
          entry("fsmount", 432),
          entry("fspick", 433),
          entry("pidfd_getfd", 438),
          entry("process_madvise", 440),
          entry("mount_setattr", 442),
          entry("quotactl_fd", 443));

  /**
   * Calls that x86-64 does not have, or that the libseccomp of a host may not know by name yet and
   * then leaves to the filter's default, which refuses them too.
   */
  private static final Set<String> WITHOUT_NUMBER =
      Set.of(
          "umount",
          "clock_adjtime64",
          "clock_settime64",
          "open_tree_attr",
          "socketcall",
          "stime",
          "vm86",
          "vm86old");

  /** Which of them Podman's own filter lets through to the kernel. */
  private static final Set<String> OPEN_BY_DEFAULT =
      Set.of("ptrace", "keyctl", "add_key", "request_key", "process_vm_readv", "name_to_handle_at");

  /**
   * Takes words NAME:NUMBER:ARGUMENT,… and prints NAME ERRNO for each, 0 where the call was done.
   * What a call makes of a process ends at once.
   */
  private static final String PROBE =
      """
      $| = 1;
      for (@ARGV) {
        my ($name, $number, $list) = split /:/;
        my @arguments = map { 0 + $_ } split /,/, $list;
        my $result = syscall($number, @arguments);
        my $error = $result == -1 ? 0 + $! : 0;
        syscall(231, 0) if $name =~ /^clone/ && $result == 0;
        print "$name $error\\n";
      }
      """;

  /** Bad pointers, numbers and flags: without privileges no call does anything with them. */
  private static String nonsense(String name) {
    return name + ":" + NUMBERS.get(name) + ":-1,-1,-1,-1,-1,-1";
  }

  private static Map<String, Integer> errors(CommandResult result) {
    assertThat(result).succeeds();
    Map<String, Integer> errors = new LinkedHashMap<>();
    result
        .out()
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(words -> errors.put(words[0], Integer.parseInt(words[1])));
    return errors;
  }

  private static Map<String, Integer> inside(SharedAgent agent, List<String> probes) {
    List<String> words = new ArrayList<>(List.of("perl", "-e", PROBE));
    words.addAll(probes);
    return errors(agent.exec(words.toArray(String[]::new)));
  }

  /** The same in a container that differs in its filter only. */
  private static Map<String, Integer> underDefault(List<String> probes) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "podman",
                "run",
                "--rm",
                "--network=none",
                "--cap-drop=all",
                "--security-opt=no-new-privileges",
                "--userns=keep-id",
                "--entrypoint=perl",
                "localhost/claw-openclaw-agent",
                "-e",
                PROBE));
    words.addAll(probes);
    return errors(new Command(words).run());
  }

  /** What claw refuses beyond Podman's filter, which stands in one rule of its own. */
  private static Set<String> refused(SharedAgent agent) throws IOException {
    Path file = agent.claw().agent(agent.name()).resolve("seccomp.json");
    List<Set<String>> rules = new ArrayList<>();
    for (JsonNode rule : new ObjectMapper().readTree(file.toFile()).path("syscalls")) {
      Set<String> names = new TreeSet<>();
      rule.path("names").forEach(name -> names.add(name.asText()));
      if (rule.path("action").asText().equals("SCMP_ACT_ERRNO")
          && rule.path("errnoRet").asInt() == EPERM
          && names.contains("ptrace")) {
        rules.add(names);
      }
    }
    Assertions.assertThat(rules).hasSize(1);
    return rules.getFirst();
  }

  @Test
  void refusesEveryCallThatTheFilterNames(SharedAgent agent) throws IOException {
    Set<String> names = refused(agent);
    Assertions.assertThat(names).hasSizeGreaterThan(50);
    Set<String> tried = new TreeSet<>(names);
    tried.removeAll(WITHOUT_NUMBER);
    Assertions.assertThat(NUMBERS.keySet()).containsAll(tried);
    List<String> probes = tried.stream().map(SeccompIT::nonsense).toList();
    Map<String, Integer> inside = inside(agent, probes);
    Assertions.assertThat(inside).hasSameSizeAs(probes);
    Assertions.assertThat(inside)
        .allSatisfy((name, error) -> Assertions.assertThat(error).as(name).isEqualTo(EPERM));
    // The kernel itself says something else to these: it was the filter that refused them.
    Map<String, Integer> control = underDefault(probes);
    control.values().removeIf(error -> error == EPERM);
    Assertions.assertThat(control.keySet()).containsAll(OPEN_BY_DEFAULT);
  }

  @Test
  void makesNoNamespaceAndNoOddSocket(SharedAgent agent) {
    List<String> probes =
        List.of(
            "clone-user:56:" + (NEW_USER | SIGCHLD) + ",0,0,0,0",
            "clone-net:56:" + (NEW_NET | SIGCHLD) + ",0,0,0,0",
            "clone3:435:0,0",
            "alg:41:38,5,0",
            "vsock:41:40,1,0",
            "packet:41:17,3,0");
    Assertions.assertThat(inside(agent, probes))
        .isEqualTo(
            Map.of(
                "clone-user", EPERM,
                "clone-net", EPERM,
                "clone3", ENOSYS,
                "alg", EAFNOSUPPORT,
                "vsock", EAFNOSUPPORT,
                "packet", EAFNOSUPPORT));
  }

  @Test
  void letsThroughWhatProgramsNeed(SharedAgent agent) {
    List<String> probes =
        List.of(
            "getpid:39:",
            "clone:56:" + SIGCHLD + ",0,0,0,0",
            "unix:41:1,1,0",
            "inet:41:2,1,0",
            "inet6:41:10,1,0",
            "netlink:41:16,3,0",
            "epoll_create1:291:0",
            "eventfd2:290:0,0",
            "inotify_init1:294:0",
            "timerfd_create:283:1,0",
            "sched_yield:24:",
            "mmap:9:0,4096,3,34,-1,0");
    Assertions.assertThat(inside(agent, probes))
        .hasSameSizeAs(probes)
        .allSatisfy((name, error) -> Assertions.assertThat(error).as(name).isZero());
  }
}
