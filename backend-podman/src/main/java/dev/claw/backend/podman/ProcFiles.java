package dev.claw.backend.podman;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code /proc/PID} says about one process; formats are those of proc(5). */
final class ProcFiles {
  private static final int LARGEST = 8 << 20;
  private static final Pattern LIMIT =
      Pattern.compile("(Max [a-z ]+?)\\s{2,}(\\S+)\\s+(\\S+)(?:\\s.*)?");

  private final Path folder;

  /**
   * @param proc where procfs is mounted
   */
  ProcFiles(Path proc, String pid) {
    this.folder = proc.resolve(pid);
  }

  /** Fields of {@code status} by name. */
  Map<String, String> status() throws IOException {
    Map<String, String> fields = new HashMap<>();
    for (String line : lines("status")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return fields;
  }

  /** Clock ticks from boot to the start of the process, which together with its id names it. */
  long startTime() throws IOException {
    String stat = text("stat");
    // The second field is the program's name in parentheses and may itself hold both.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (fields.length < 20) {
      throw new IOException(folder + "/stat is cut short");
    }
    return number(fields[19]);
  }

  /** Mounts in the order of {@code mountinfo}, in which a later one covers an earlier one. */
  List<MountInfo> mounts() throws IOException {
    List<MountInfo> mounts = new ArrayList<>();
    for (String line : lines("mountinfo")) {
      mounts.add(MountInfo.parse(line));
    }
    return mounts;
  }

  /** Network interfaces of the process's network namespace. */
  Set<String> interfaces() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    for (String line : lines("net/dev")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        names.add(line.substring(0, colon).strip());
      }
    }
    return names;
  }

  /** The hard limit of this name as {@code limits} prints it; empty where it is unlimited. */
  OptionalLong hardLimit(String name) throws IOException {
    for (String line : lines("limits")) {
      Matcher matcher = LIMIT.matcher(line);
      if (matcher.matches() && matcher.group(1).equals(name)) {
        String value = matcher.group(3);
        return value.equals("unlimited") ? OptionalLong.empty() : OptionalLong.of(number(value));
      }
    }
    throw new IOException(folder + "/limits: no line for " + name);
  }

  /** Path in the cgroup v2 tree; empty where the process is in none. */
  Optional<String> cgroup() throws IOException {
    return lines("cgroup").stream()
        .filter(line -> line.startsWith("0::/"))
        .map(line -> line.substring(3))
        .findFirst();
  }

  /** Arguments of the process. */
  List<String> commandLine() throws IOException {
    return List.of(text("cmdline").split("\0", -1));
  }

  /** What names a namespace, such as {@code net:[4026532184]}. */
  String namespace(String kind) throws IOException {
    return Files.readSymbolicLink(folder.resolve("ns").resolve(kind)).toString();
  }

  /**
   * An id of the reader's user namespace, in the numbering of the process's own.
   *
   * @param map {@code uid_map} or {@code gid_map}
   */
  OptionalLong inside(String map, long outside) throws IOException {
    for (String line : lines(map)) {
      String[] fields = line.strip().split("\\s+", -1);
      if (fields.length == 3) {
        long first = number(fields[1]);
        if (outside >= first && outside - first < number(fields[2])) {
          return OptionalLong.of(number(fields[0]) + outside - first);
        }
      }
    }
    return OptionalLong.empty();
  }

  /** What leads to the file that the process executes, whatever stands at its path now. */
  Path executableLink() {
    return folder.resolve("exe");
  }

  /** Where that file stands in the process's mount namespace. */
  String executable() throws IOException {
    return Files.readSymbolicLink(executableLink()).toString();
  }

  /** Whether we may see what the process has open. */
  boolean isReadable() {
    try {
      namespace("net");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether one of its descriptors is the socket with this inode. */
  boolean holds(long inode) throws IOException {
    String wanted = "socket:[" + inode + "]";
    try (Stream<Path> descriptors = Files.list(folder.resolve("fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          if (Files.readSymbolicLink(descriptor).toString().equals(wanted)) {
            return true;
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
      return false;
    } catch (NoSuchFileException e) {
      return false; // the process ended
    }
  }

  /** A path as the process sees it, for looking at from here. */
  Path root(String path) {
    return Path.of(folder + "/root" + path);
  }

  static long number(String text) throws IOException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("expected a number, found " + text, e);
    }
  }

  /** Lines of one of its files. */
  List<String> lines(String file) throws IOException {
    return text(file).lines().toList();
  }

  private String text(String file) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve(file))) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException(folder.resolve(file) + " is larger than " + LARGEST + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
