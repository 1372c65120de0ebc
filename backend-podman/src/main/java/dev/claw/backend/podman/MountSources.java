package dev.claw.backend.podman;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the host path that a bind mount shows. The kernel gives device and path within the file
 * system, which on btrfs or below another mount is not yet a host path, so each candidate is held
 * against the mount itself: only the same device and inode count.
 */
final class MountSources {
  private final List<MountInfo> host;
  private final ProcFiles process;
  private final Map<String, String> recorded;

  /**
   * @param host mounts of claw's own mount namespace
   * @param process whose mounts are looked at
   * @param recorded sources by target as the backend knows them; candidates, never evidence
   */
  MountSources(List<MountInfo> host, ProcFiles process, Map<String, String> recorded) {
    this.host = host;
    this.process = process;
    this.recorded = recorded;
  }

  /**
   * The source of a bind mount; empty text for a file system of the container's own.
   *
   * @return where no host path can be shown to be it, the device and the kernel's path on it
   */
  String of(MountInfo mount) {
    if (host.stream().noneMatch(other -> other.device().equals(mount.device()))) {
      return "";
    }
    List<Path> candidates = new ArrayList<>();
    String known = recorded.get(mount.target());
    if (known != null) {
      candidates.add(Path.of(known));
    }
    candidates.addAll(fromKernel(mount));
    return identity(process.root(mount.target()))
        .flatMap(
            inside ->
                candidates.stream()
                    .filter(path -> identity(path).filter(inside::equals).isPresent())
                    .findFirst())
        .map(path -> path.normalize().toString())
        .orElse(mount.device() + ":" + mount.root());
  }

  /**
   * Whether the kernel says that the source is below this folder. It may be one that claw can't
   * look into, as Podman's own folder of a container is.
   */
  boolean isBelow(MountInfo mount, Path folder) {
    return fromKernel(mount).stream().anyMatch(path -> path.normalize().startsWith(folder));
  }

  private List<Path> fromKernel(MountInfo mount) {
    List<Path> paths = new ArrayList<>();
    for (MountInfo other : host) {
      if (other.device().equals(mount.device())) {
        within(other.root(), mount.root())
            .ifPresent(rest -> paths.add(Path.of(other.target() + "/" + rest)));
      }
    }
    return paths;
  }

  private static Optional<String> within(String root, String path) {
    if (root.equals("/")) {
      return Optional.of(path.substring(1));
    }
    if (path.equals(root)) {
      return Optional.of("");
    }
    return path.startsWith(root + "/")
        ? Optional.of(path.substring(root.length() + 1))
        : Optional.empty();
  }

  private static Optional<String> identity(Path path) {
    try {
      Map<String, Object> found =
          Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
      return Optional.of(found.get("dev") + ":" + found.get("ino"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
