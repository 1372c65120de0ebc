package dev.claw.supervisor;

import dev.claw.lock.ContainerSpecJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.PolicyLock;
import dev.claw.model.BackendException;
import dev.claw.model.BackendInfo;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Mount;
import dev.claw.model.MountRules;
import dev.claw.model.Secret;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is checked before a container is made: can the host enforce it, and is what it names still
 * what it was.
 */
final class Preflight {
  /** Which cgroup controller enforces which limit. */
  private static final Map<String, String> CONTROLLERS =
      Map.of("memory", "memory", "cpus", "cpu", "pids", "pids");

  private Preflight() {}

  /**
   * The spec that the lock names, which {@link LockCheck} has found unchanged.
   *
   * @throws SupervisorException REFUSED where a limit would not be enforced, a mount is not allowed
   *     or is not what it was, or a secret is missing
   */
  static ContainerSpec check(Host host, PolicyLock lock, Set<String> allowUnenforced)
      throws SupervisorException, BackendException {
    ContainerSpec spec = spec(host, lock);
    BackendInfo info = host.backend().info();
    if (!info.rootless()) {
      throw new SupervisorException(
          Reason.REFUSED, info.name() + " runs as root here; claw uses rootless Podman only");
    }
    List<String> all = List.copyOf(unenforced(info));
    List<String> missing = all.stream().filter(limit -> !allowUnenforced.contains(limit)).toList();
    if (!missing.isEmpty()) {
      throw new SupervisorException(
          Reason.REFUSED,
          spec.name()
              + ": this host would not enforce the limits on "
              + String.join(", ", missing)
              + ", since their cgroup controllers are not delegated to you; 'claw doctor' says how"
              + " to change that, and '--allow-unenforced "
              + String.join(",", all)
              + "' starts without, on record; 'allowUnenforced: ["
              + String.join(", ", all)
              + "]' in config.yaml does so always, from a chat too");
    }
    for (Mount mount : spec.mounts()) {
      check(host, spec, mount);
    }
    for (Secret secret : spec.secrets()) {
      if (!secret.name().equals(GatewayToken.secretName(spec.id()))
          && !host.backend().hasSecret(secret.name())) {
        throw new SupervisorException(
            Reason.REFUSED,
            spec.name()
                + ": the secret '"
                + secret.name()
                + "' is not in Podman; run 'podman secret create "
                + secret.name()
                + " -' and type it");
      }
    }
    return spec;
  }

  /** The cgroup controllers that limits need. */
  static Set<String> controllers() {
    return new TreeSet<>(CONTROLLERS.values());
  }

  /** Those of them that are not delegated to the operator. */
  static Set<String> missingControllers(BackendInfo info) {
    Set<String> missing = controllers();
    missing.removeAll(info.cgroupControllers());
    return missing;
  }

  /** The limits that the host would not enforce. */
  static Set<String> unenforced(BackendInfo info) {
    Set<String> limits = new TreeSet<>(CONTROLLERS.keySet());
    limits.removeIf(limit -> info.cgroupControllers().contains(CONTROLLERS.get(limit)));
    return limits;
  }

  static ContainerSpec spec(Host host, PolicyLock lock) throws SupervisorException {
    Path file = host.home().agent(lock.agentName()).containerSpec();
    try {
      return ContainerSpecJson.read(StateFiles.read(file, ContainerSpecJson.LARGEST_FILE));
    } catch (JsonException e) {
      throw new SupervisorException(Reason.STATE, file + ": " + e.getMessage(), e);
    }
  }

  private static void check(Host host, ContainerSpec spec, Mount mount) throws SupervisorException {
    Path source = Path.of(mount.source());
    Path real;
    try {
      real = source.toRealPath();
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.REFUSED,
          spec.name()
              + ": "
              + source
              + " is to be mounted and can't be read: "
              + Failures.describe(e),
          e);
    }
    if (!real.equals(source)) {
      throw new SupervisorException(
          Reason.REFUSED,
          spec.name()
              + ": "
              + source
              + " is to be mounted and has become a link to "
              + real
              + "; put back what was there");
    }
    Path own = host.home().agent(spec.name()).path();
    if (source.startsWith(own)) {
      return; // the standard mounts; the compiler refuses any other in claw's own home
    }
    Optional<String> refusal =
        MountRules.refuse(real, kind(real), host.userHome(), host.home().root());
    if (refusal.isPresent()) {
      throw new SupervisorException(
          Reason.REFUSED, spec.name() + ": can't mount " + source + ", which " + refusal.get());
    }
  }

  private static MountRules.Kind kind(Path real) {
    if (Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
      return MountRules.Kind.FOLDER;
    }
    return Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)
        ? MountRules.Kind.FILE
        : MountRules.Kind.OTHER;
  }
}
