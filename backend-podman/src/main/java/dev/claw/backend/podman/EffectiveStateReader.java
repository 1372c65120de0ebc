package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EffectiveState;
import dev.claw.model.EffectiveState.Limits;
import dev.claw.model.EffectiveState.MountPoint;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads what holds for a running container: from the kernel wherever the kernel knows, and from
 * Podman's account only what is Podman's own to know (image, labels, given environment).
 */
final class EffectiveStateReader {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
  private static final int MOST_LOOKS = 2000;

  private final Libpod libpod;
  private final Path proc;
  private final Path cgroups;
  private final Pause pause;

  /**
   * @param proc where procfs is mounted
   * @param cgroups where cgroup v2 is mounted
   */
  EffectiveStateReader(Libpod libpod, Path proc, Path cgroups) {
    this(libpod, proc, cgroups, Thread::sleep);
  }

  EffectiveStateReader(Libpod libpod, Path proc, Path cgroups, Pause pause) {
    this.libpod = libpod;
    this.proc = proc;
    this.cgroups = cgroups;
    this.pause = pause;
  }

  /** How to wait. */
  @FunctionalInterface
  interface Pause {
    void await(Duration time) throws InterruptedException;
  }

  EffectiveState read(AgentId id, ListedContainer row) throws BackendException {
    String subject = "container " + Quoted.of(row.name());
    Json inspect = libpod.get(subject, "/containers/" + row.id() + "/json");
    Json state = inspect.get("State");
    int pid = (int) state.get("Pid").number();
    if (!id.value().equals(inspect.get("Config").get("Labels").get(Label.ID).text())
        || pid <= 0
        || !state.get("Running").isTrue()) {
      throw new BackendException(
          Kind.NOT_FOUND,
          subject
              + ": expected it to run, found it "
              + Quoted.of(state.get("Status").text())
              + "; start the agent");
    }
    try {
      return read(pid, inspect);
    } catch (IOException | InvalidValueException e) {
      throw new BackendException(
          Kind.FAILED,
          subject
              + ": expected to read what holds for its process "
              + pid
              + ", found: "
              + Quoted.visible(String.valueOf(e.getMessage()))
              + "; if it has just ended see `claw logs`, else run `claw doctor`",
          e);
    }
  }

  private EffectiveState read(int pid, Json inspect) throws IOException, InvalidValueException {
    ProcFiles process = new ProcFiles(proc, Integer.toString(pid));
    ProcFiles self = new ProcFiles(proc, "self");
    long started = process.startTime();
    awaitProgram(process, inspect.get("Id").text());
    Map<String, String> status = process.status();
    checkIdentity(inspect, status);

    long hostUid = firstId(status, "Uid");
    long hostGid = firstId(status, "Gid");
    Json config = inspect.get("Config");
    Map<String, String> secretVariables =
        secretVariables(config.get("Labels").get(Label.SECRETS).text());
    Map<String, String> environment = environment(config.get("Env").texts());
    Set<String> secrets = new HashSet<>();
    config.get("Secrets").elements().forEach(secret -> secrets.add(secret.get("Name").text()));
    secretVariables.forEach(
        (variable, secret) -> {
          if (environment.remove(variable) != null) {
            secrets.add(secret);
          }
        });
    List<MountInfo> mounts = process.mounts();
    EffectiveState effective =
        new EffectiveState(
            pid,
            Digest.parse(inspect.get("ImageDigest").text()),
            new ContainerSpec.User(
                (int) process.inside("uid_map", hostUid).orElse(-1),
                (int) process.inside("gid_map", hostGid).orElse(-1)),
            new ContainerSpec.User((int) hostUid, (int) hostGid),
            !process.namespace("user").equals(self.namespace("user")),
            !process.namespace("net").equals(self.namespace("net")),
            capabilities(status),
            "1".equals(status.get("NoNewPrivs")),
            (int) ProcFiles.number(status.getOrDefault("Seccomp", "")),
            mounts.stream()
                .filter(mount -> mount.target().equals("/"))
                .reduce((first, second) -> second)
                .map(MountInfo::isReadOnly)
                .orElse(false),
            mountPoints(mounts, self.mounts(), process, inspect),
            process.interfaces(),
            limits(process, inspect),
            environment,
            Stream.concat(
                    Stream.of(inspect.get("Path").text()), inspect.get("Args").texts().stream())
                .toList(),
            secrets,
            config.get("Labels").textMembers());
    if (process.startTime() != started) {
      throw new IOException("the process was replaced while it was read");
    }
    return effective;
  }

  /**
   * Podman says that a container has started when the OCI runtime has been told to go on; what the
   * runtime does last, such as to install seccomp's filter, may not have been done by then. Until
   * it becomes the container's program the process has the runtime's command line, which ends with
   * the container's id. One that stays so is read as it is.
   */
  private void awaitProgram(ProcFiles process, String id) throws IOException {
    for (int look = 0; look < MOST_LOOKS && isRuntime(process.commandLine(), id); look++) {
      try {
        pause.await(LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while the container's program began");
      }
    }
  }

  private static boolean isRuntime(List<String> command, String id) {
    int last = command.lastIndexOf(id);
    return last > 0 && last >= command.size() - 2; // behind it only what the last NUL ends
  }

  /**
   * A process id is reused soon. This one is the container's if it is the first of its own process
   * namespace and its parent is the monitor that Podman started for this very container.
   */
  private void checkIdentity(Json inspect, Map<String, String> status) throws IOException {
    String[] ids = status.getOrDefault("NSpid", "").split("\\s+", -1);
    boolean first = ids.length >= 2 && ids[ids.length - 1].equals("1");
    String monitor = Long.toString(inspect.get("State").get("ConmonPid").number());
    List<String> command =
        monitor.equals("0") ? List.of() : new ProcFiles(proc, monitor).commandLine();
    int flag = command.indexOf("-c");
    boolean watched =
        monitor.equals(status.get("PPid"))
            && flag >= 0
            && flag + 1 < command.size()
            && command.get(flag + 1).equals(inspect.get("Id").text());
    if (!first || !watched) {
      throw new IOException("the process is not this container's first one");
    }
  }

  private static long firstId(Map<String, String> status, String field) throws IOException {
    return ProcFiles.number(status.getOrDefault(field, "").split("\\s+", -1)[0]);
  }

  private static long capabilities(Map<String, String> status) throws IOException {
    long all = 0;
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      try {
        all |= Long.parseUnsignedLong(status.getOrDefault(set, ""), 16);
      } catch (NumberFormatException e) {
        throw new IOException("no capability set " + set, e);
      }
    }
    return all;
  }

  private static List<MountPoint> mountPoints(
      List<MountInfo> mounts, List<MountInfo> host, ProcFiles process, Json inspect)
      throws IOException {
    Map<String, String> recorded = new HashMap<>();
    for (Json mount : inspect.get("Mounts").elements()) {
      recorded.put(mount.get("Destination").text(), mount.get("Source").text());
    }
    MountSources sources = new MountSources(host, process, recorded);
    List<Path> podmans =
        Stream.of(inspect.get("StaticDir").findText(), parent(inspect, "ConmonPidFile"))
            .flatMap(path -> path.filter(text -> !text.isEmpty()).stream())
            .map(Path::of)
            .toList();
    List<MountPoint> points = new ArrayList<>();
    for (MountInfo mount : mounts) {
      if (mount.target().equals("/")
          || Stream.of("/proc", "/sys", "/dev").anyMatch(mount::isWithin)) {
        continue;
      }
      // Such as /etc/hostname and files of secrets, which are told of as secrets.
      if (mount.isReadOnly() && podmans.stream().anyMatch(own -> sources.isBelow(mount, own))) {
        continue;
      }
      String source = sources.of(mount);
      points.add(
          new MountPoint(
              mount.target(),
              source,
              mount.type(),
              mount.isReadOnly(),
              mount.options().contains("nosuid"),
              mount.options().contains("nodev"),
              mount.type().equals("tmpfs") && source.isEmpty()
                  ? mount.size().orElse(EffectiveState.UNLIMITED)
                  : EffectiveState.UNLIMITED));
    }
    return points;
  }

  private static Optional<String> parent(Json inspect, String member) {
    return inspect
        .get(member)
        .findText()
        .map(text -> Path.of(text).getParent())
        .map(Path::toString);
  }

  private Limits limits(ProcFiles process, Json inspect) throws IOException {
    CgroupLimits cgroup =
        new CgroupLimits(
            cgroups,
            process.cgroup().orElse("/"),
            inspect.get("Id").text(),
            inspect.get("Pod").text());
    return new Limits(
        cgroup.memory(),
        cgroup.swap(),
        cgroup.milliCpus(),
        cgroup.pids(),
        process.hardLimit("Max open files").orElse(EffectiveState.UNLIMITED),
        process.hardLimit("Max core file size").orElse(EffectiveState.UNLIMITED));
  }

  private static Map<String, String> environment(List<String> pairs) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      environment.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : pair.substring(equals + 1));
    }
    return environment;
  }

  private static Map<String, String> secretVariables(String label) {
    Map<String, String> variables = new HashMap<>();
    for (String pair : label.split(" ", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        variables.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return variables;
  }
}
