package dev.claw.backend.podman;

import dev.claw.model.ByteSize;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Checks of what Podman says about itself and the host ({@code /info}). */
final class InfoChecks {
  private static final long FEWEST_IDS = 65_536;
  private static final long TOO_LITTLE_DISK = 512L << 20;
  private static final long LITTLE_DISK = 4L << 30;
  private static final String DELEGATE =
      "printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo install -D -m 644"
          + " /dev/stdin /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl"
          + " daemon-reload, then log in again";

  private final Json info;
  private final Json host;
  private final Path root;
  private final Consumer<Check> checks;

  /**
   * @param root of the file system; another one in tests
   */
  InfoChecks(Json info, Path root, Consumer<Check> checks) {
    this.info = info;
    this.host = info.get("host");
    this.root = root;
    this.checks = checks;
  }

  void run() {
    rootless();
    ids("uidmap", "subuids");
    ids("gidmap", "subgids");
    cgroups();
    runtime();
    seccomp();
    storage();
  }

  private void rootless() {
    boolean rootless = host.get("security").get("rootless").isTrue();
    add(
        "rootless",
        rootless ? Outcome.OK : Outcome.FAILED,
        rootless ? "yes" : "Podman runs as root",
        rootless ? "" : "unset CONTAINER_HOST and run claw as an ordinary user");
  }

  private void ids(String map, String subject) {
    long ids =
        host.get("idMappings").get(map).elements().stream()
            .mapToLong(range -> range.get("size").number())
            .sum();
    if (ids <= FEWEST_IDS) {
      checks.accept(tooFewIds(ids, "$USER"));
    } else {
      add(subject, Outcome.OK, ids + " ids", "");
    }
  }

  static Check tooFewIds(long found, String user) {
    return new Check(
        "subuids and subgids",
        Outcome.FAILED,
        found + " ids, where keep-id needs 65536 beside your own",
        "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "
            + Quoted.visible(user)
            + ", then end Podman's pause process with `podman system migrate`");
  }

  private void cgroups() {
    String version = host.get("cgroupVersion").text();
    if (!version.equals("v2")) {
      add(
          "cgroups",
          Outcome.FAILED,
          "version " + version,
          "boot with systemd.unified_cgroup_hierarchy=1");
      return;
    }
    List<String> missing = new ArrayList<>(List.of("cpu", "memory", "pids"));
    missing.removeAll(Controllers.of(host, root));
    if (missing.isEmpty()) {
      add("cgroup controllers", Outcome.OK, "cpu, memory and pids are delegated", "");
    } else {
      String found = String.join(", ", missing) + " not delegated: such limits are not enforced";
      add("cgroup controllers", Outcome.WARNING, found, DELEGATE);
    }
  }

  private void runtime() {
    String name = host.get("ociRuntime").get("name").text();
    boolean known = name.equals("crun") || name.equals("runc");
    add(
        "OCI runtime",
        known ? Outcome.OK : Outcome.WARNING,
        name.isEmpty() ? "none" : name,
        known ? "" : "sudo apt install crun");
  }

  private void seccomp() {
    boolean on = host.get("security").get("seccompEnabled").isTrue();
    add(
        "seccomp",
        on ? Outcome.OK : Outcome.FAILED,
        on ? "on" : "off in the kernel or in Podman",
        on ? "" : "use a kernel with CONFIG_SECCOMP_FILTER and the distribution's Podman");
  }

  private void storage() {
    Json store = info.get("store");
    String driver = store.get("graphDriverName").text();
    boolean copies = driver.equals("vfs");
    add(
        "storage driver",
        copies ? Outcome.WARNING : Outcome.OK,
        copies ? "vfs: every container is a full copy of its image" : driver,
        copies
            ? "use overlay on an empty storage: set driver = \"overlay\" in"
                + " ~/.config/containers/storage.conf, then `podman system reset`, which removes"
                + " all images and containers"
            : "");
    String folder = store.get("graphRoot").text();
    try {
      long left = Files.getFileStore(Path.of(folder)).getUsableSpace();
      Outcome outcome =
          left < TOO_LITTLE_DISK
              ? Outcome.FAILED
              : left < LITTLE_DISK ? Outcome.WARNING : Outcome.OK;
      add(
          "disk space",
          outcome,
          new ByteSize(left >> 20 << 20) + " free at " + folder,
          outcome == Outcome.OK ? "" : "podman image prune, or move the storage to a larger disk");
    } catch (IOException e) {
      add("disk space", Outcome.WARNING, folder + " can't be looked at", "ls -ld " + folder);
    }
  }

  private void add(String subject, Outcome outcome, String found, String fix) {
    checks.accept(new Check(subject, outcome, Quoted.visible(found), fix));
  }
}
