package dev.claw.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** As whom this process runs. */
final class Ownership {
  private static final int ROOT = 0;

  private Ownership() {}

  static int uid() {
    return id("unix:uid");
  }

  static int gid() {
    return id("unix:gid");
  }

  private static int id(String attribute) {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), attribute);
    } catch (IOException e) {
      throw new UncheckedIOException("/proc/self can't be read; mount /proc", e);
    }
  }

  /** A container of root's is as strong as root; claw's promises hold for an ordinary user only. */
  static void refuseRoot(Surroundings surroundings) throws CliException {
    if (surroundings.uid() == ROOT) {
      throw new CliException(
          ExitCode.REFUSED,
          "refusing to run as root: an agent that broke out of its container would be root; run claw as an ordinary"
              + " user with a subordinate id range ('claw doctor' checks it)");
    }
  }
}
