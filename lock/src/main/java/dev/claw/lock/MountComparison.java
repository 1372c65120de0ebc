package dev.claw.lock;

import dev.claw.model.ContainerSpec;
import dev.claw.model.EffectiveState;
import dev.claw.model.EffectiveState.MountPoint;
import dev.claw.model.Mount;
import dev.claw.model.Tmpfs;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares a container's mounts, as the kernel sees them, with those that are locked. */
final class MountComparison {
  /** What Podman mounts in every container, each for its own reason. */
  private static final Set<String> PODMANS =
      Set.of(
          "/", // the image; whether it is read-only is compared by itself
          "/etc/hosts", // name of the container and of the host
          "/etc/hostname", // name of the container
          "/etc/resolv.conf", // name servers, where the spec mounts none of its own
          "/run/.containerenv", // tells programs that they are in a container
          "/run/secrets", // secrets with a file as target; their names are compared
          "/dev/shm"); // shared memory, within the memory limit

  private MountComparison() {}

  static void compare(List<Drift> drifts, ContainerSpec spec, List<MountPoint> mounts) {
    Map<String, MountPoint> found = new HashMap<>();
    for (MountPoint mount : mounts) {
      // Of two mounts in one place the later hides the earlier; neither Podman nor claw does that.
      if (found.put(mount.target(), mount) != null) {
        drifts.add(new Drift.ChangedSetting("mount " + mount.target(), "one mount", "several"));
      }
    }
    Set<String> known = new HashSet<>(PODMANS);
    for (Mount mount : spec.mounts()) {
      known.add(mount.target());
      bind(drifts, mount, found.get(mount.target()));
    }
    for (Tmpfs tmpfs : spec.tmpfs()) {
      known.add(tmpfs.target());
      tmpfs(drifts, tmpfs, found.get(tmpfs.target()));
    }
    for (MountPoint mount : mounts) {
      if (!known.contains(mount.target())) {
        drifts.add(
            new Drift.ChangedSetting(
                "mount " + mount.target(), "none", describe(mount.source(), mount.readOnly())));
      }
    }
  }

  private static void bind(List<Drift> drifts, Mount expected, @Nullable MountPoint found) {
    String wanted = describe(expected.source(), expected.mode() == Mount.Mode.RO);
    String really = found == null ? "none" : describe(found.source(), found.readOnly());
    EffectiveStateComparison.expect(drifts, "mount " + expected.target(), wanted, really);
  }

  private static void tmpfs(List<Drift> drifts, Tmpfs expected, @Nullable MountPoint found) {
    String wanted = describe("tmpfs", LimitComparison.pages(expected.size().bytes()), true, true);
    String really =
        found == null
            ? "none"
            : describe(found.type(), found.size(), found.nosuid(), found.nodev());
    EffectiveStateComparison.expect(drifts, "mount " + expected.target(), wanted, really);
  }

  private static String describe(String source, boolean readOnly) {
    return (source.isEmpty() ? "an unknown source" : source) + (readOnly ? ", ro" : ", rw");
  }

  private static String describe(String type, long size, boolean nosuid, boolean nodev) {
    return type
        + " of "
        + (size == EffectiveState.UNLIMITED ? "any size" : size + " bytes")
        + (nosuid ? ", nosuid" : "")
        + (nodev ? ", nodev" : "");
  }
}
