package dev.claw.backend.podman;

import static dev.claw.model.EffectiveState.UNLIMITED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits from cgroup v2 files. Only cgroups made for the container or its pod count: one that it
 * shares with the rest of the login limits both together and promises the agent's limit to nobody.
 */
final class CgroupLimits {
  private final List<Path> folders;

  /**
   * @param tree where cgroup v2 is mounted
   * @param path of the process in it, from {@code /proc/PID/cgroup}
   * @param containerId full id
   * @param podId full id
   */
  CgroupLimits(Path tree, String path, String containerId, String podId) {
    List<Path> found = new ArrayList<>();
    Path within = Path.of(path).normalize();
    for (int names = within.getNameCount(); names > 0; names--) {
      Path part = within.subpath(0, names);
      if (names(part, containerId) || names(part, podId)) {
        found.add(tree.resolve(part));
      }
    }
    this.folders = found;
  }

  long memory() throws IOException {
    return smallest("memory.max");
  }

  long swap() throws IOException {
    return smallest("memory.swap.max");
  }

  long pids() throws IOException {
    return smallest("pids.max");
  }

  long milliCpus() throws IOException {
    long least = UNLIMITED;
    for (Path folder : folders) {
      String[] fields = read(folder.resolve("cpu.max")).split(" ", -1);
      if (fields.length == 2 && !fields[0].equals("max")) {
        long period = Math.max(1, ProcFiles.number(fields[1]));
        least = smaller(least, ProcFiles.number(fields[0]) * 1000 / period);
      }
    }
    return least;
  }

  private long smallest(String file) throws IOException {
    long least = UNLIMITED;
    for (Path folder : folders) {
      String text = read(folder.resolve(file));
      if (!text.equals("max")) {
        least = smaller(least, ProcFiles.number(text));
      }
    }
    return least;
  }

  private static long smaller(long a, long b) {
    return a == UNLIMITED ? b : Math.min(a, b);
  }

  /** The file's text; {@code max} where the controller is not on for this cgroup. */
  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      return "max";
    }
  }

  /** Whether some component from the root down to this one was made for the id. */
  private static boolean names(Path path, String id) {
    if (id.isEmpty()) {
      return false;
    }
    for (Path part : path) {
      if (part.toString().contains(id)) {
        return true;
      }
    }
    return false;
  }
}
