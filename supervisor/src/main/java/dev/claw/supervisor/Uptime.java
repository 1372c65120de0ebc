package dev.claw.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the machine runs, sleep included: time that no setting of the clock touches, comparable
 * within one boot.
 *
 * @param boot which boot; empty where the kernel does not say
 */
record Uptime(String boot, long millis) {
  private static final Pattern SECONDS = Pattern.compile("([0-9]{1,12})\\.([0-9]{2}) .*");

  /** As the kernel says it; of no boot where it can't be read. */
  static Uptime ofKernel() {
    try {
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      Matcher matcher = SECONDS.matcher(Files.readString(Path.of("/proc/uptime")).strip());
      if (matcher.matches()) {
        return new Uptime(
            boot, Long.parseLong(matcher.group(1)) * 1000 + Long.parseLong(matcher.group(2)) * 10);
      }
    } catch (IOException e) {
      // Then the wall clock and the latest instant seen have to do.
    }
    return new Uptime("", 0);
  }

  /** What passed since an earlier look; nothing where the two are not of one boot. */
  long since(Uptime earlier) {
    return !boot.isEmpty() && boot.equals(earlier.boot) ? Math.max(0, millis - earlier.millis) : 0;
  }
}
