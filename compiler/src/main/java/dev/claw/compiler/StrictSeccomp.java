package dev.claw.compiler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.IndentedJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Derives the filter {@code strict} from Podman's default: the same less the system calls that an
 * agent has no use for and that kernel exploits start from.
 */
final class StrictSeccomp {
  /** Largest filter that is read, in bytes. */
  static final int LARGEST = 256 * 1024;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;

  /** Refused with EPERM, whatever the arguments. */
  static final Set<String> REFUSED =
      Set.of(
          // file systems and what they are mounted on
          "chroot",
          "fsconfig",
          "fsmount",
          "fsopen",
          "fspick",
          "mount",
          "mount_setattr",
          "move_mount",
          "open_tree",
          "open_tree_attr",
          "pivot_root",
          "umount",
          "umount2",
          // files by number instead of by path, past every mount
          "fanotify_init",
          "fanotify_mark",
          "name_to_handle_at",
          "open_by_handle_at",
          // other processes' memory and files
          "kcmp",
          "pidfd_getfd",
          "process_madvise",
          "process_vm_readv",
          "process_vm_writev",
          "ptrace",
          // namespaces
          "setns",
          "unshare",
          // large parts of the kernel that agents do without
          "add_key",
          "bpf",
          "io_uring_enter",
          "io_uring_register",
          "io_uring_setup",
          "keyctl",
          "perf_event_open",
          "request_key",
          "userfaultfd",
          // the host itself
          "acct",
          "clock_adjtime",
          "clock_adjtime64",
          "clock_settime",
          "clock_settime64",
          "create_module",
          "delete_module",
          "finit_module",
          "init_module",
          "ioperm",
          "iopl",
          "kexec_file_load",
          "kexec_load",
          "lookup_dcookie",
          "modify_ldt",
          "nfsservctl",
          "query_module",
          "quotactl",
          "quotactl_fd",
          "reboot",
          "setdomainname",
          "sethostname",
          "settimeofday",
          "stime",
          "swapoff",
          "swapon",
          "syslog",
          "uselib",
          "vhangup",
          "vm86",
          "vm86old",
          // hides the address family from a filter; only 32-bit programs use it
          "socketcall");

  // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of clone(2).
  private static final List<Long> NEW_NAMESPACE =
      List.of(
          0x0002_0000L,
          0x0200_0000L,
          0x0400_0000L,
          0x0800_0000L,
          0x1000_0000L,
          0x2000_0000L,
          0x4000_0000L);

  // AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK; AF_VSOCK, which no network namespace confines, and
  // AF_ALG are among the rest.
  private static final List<Integer> FAMILIES = List.of(1, 2, 10);
  private static final int AF_NETLINK = 16;
  private static final int NETLINK_AUDIT = 9;

  private StrictSeccomp() {}

  /**
   * The strict filter's text.
   *
   * @throws JsonException where the default is no filter in the form that Podman reads
   */
  static String from(String podmanDefault) throws JsonException {
    JsonNode root = parse(podmanDefault);
    ObjectNode filter = root.deepCopy();
    ArrayNode rules = NODES.arrayNode();
    Set<String> replaced = new TreeSet<>(REFUSED);
    replaced.addAll(List.of("clone", "clone3", "socket"));
    for (JsonNode rule : root.get("syscalls")) {
      ArrayNode names = NODES.arrayNode();
      rule.path("names").forEach(name -> keep(names, name, replaced));
      if (!names.isEmpty()) {
        ObjectNode kept = rule.deepCopy();
        kept.set("names", names);
        rules.add(kept);
      }
    }
    rules.add(refusal(REFUSED, EPERM));
    // Flags of clone3 are behind a pointer, where no filter looks; libc falls back to clone.
    rules.add(refusal(Set.of("clone3"), ENOSYS));
    addClone(rules, 0, "excludes");
    addClone(rules, 1, "includes");
    addSocket(rules);
    filter.set("syscalls", rules);
    return IndentedJson.text(filter);
  }

  /**
   * Reads a filter.
   *
   * @throws JsonException where the text is no filter in the form that Podman reads
   */
  static JsonNode parse(String text) throws JsonException {
    JsonNode root = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), LARGEST);
    if (!root.isObject()
        || !root.path("defaultAction").isTextual()
        || !root.path("syscalls").isArray()) {
      throw new JsonException(
          "1:1", "expected a seccomp filter with 'defaultAction' and 'syscalls', found neither");
    }
    return root;
  }

  private static void keep(ArrayNode names, JsonNode name, Set<String> replaced) {
    if (name.isTextual() && !replaced.contains(name.textValue())) {
      names.add(name);
    }
  }

  /** On s390 the flags of clone are its second argument. */
  private static void addClone(ArrayNode rules, int argument, String s390) {
    long all = NEW_NAMESPACE.stream().reduce(0L, (a, b) -> a | b);
    rules.add(onS390(allowed("clone", masked(argument, all, 0)), s390));
    for (long flag : NEW_NAMESPACE) {
      ObjectNode refusal = refusal(Set.of("clone"), EPERM);
      refusal.putArray("args").add(masked(argument, flag, flag));
      rules.add(onS390(refusal, s390));
    }
  }

  private static ObjectNode onS390(ObjectNode rule, String s390) {
    rule.putObject(s390).putArray("arches").add("s390").add("s390x");
    return rule;
  }

  private static void addSocket(ArrayNode rules) {
    for (int family : FAMILIES) {
      rules.add(allowed("socket", compared(0, "SCMP_CMP_EQ", family)));
    }
    ObjectNode netlink = allowed("socket", compared(0, "SCMP_CMP_EQ", AF_NETLINK));
    netlink.withArray("args").add(compared(2, "SCMP_CMP_NE", NETLINK_AUDIT));
    rules.add(netlink);
    ObjectNode rest = refusal(Set.of("socket"), EAFNOSUPPORT);
    rest.putArray("args").add(compared(0, "SCMP_CMP_GT", AF_NETLINK));
    rules.add(rest);
  }

  private static ObjectNode refusal(Set<String> names, int errno) {
    ObjectNode rule = NODES.objectNode();
    ArrayNode list = rule.putArray("names");
    names.stream().sorted().forEach(list::add);
    return rule.put("action", "SCMP_ACT_ERRNO").put("errnoRet", errno);
  }

  private static ObjectNode allowed(String name, ObjectNode argument) {
    ObjectNode rule = NODES.objectNode();
    rule.putArray("names").add(name);
    rule.put("action", "SCMP_ACT_ALLOW").putArray("args").add(argument);
    return rule;
  }

  private static ObjectNode compared(int argument, String operator, long value) {
    return NODES
        .objectNode()
        .put("index", argument)
        .put("value", value)
        .put("valueTwo", 0)
        .put("op", operator);
  }

  private static ObjectNode masked(int argument, long mask, long value) {
    return NODES
        .objectNode()
        .put("index", argument)
        .put("value", mask)
        .put("valueTwo", value)
        .put("op", "SCMP_CMP_MASKED_EQ");
  }
}
