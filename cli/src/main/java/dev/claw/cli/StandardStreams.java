package dev.claw.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the process's standard streams are. {@code System.console()} would tell too, for 100 ms of
 * start-up.
 */
final class StandardStreams {
  private StandardStreams() {}

  static boolean isTerminal(int descriptor) {
    String target = target(descriptor);
    return target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.equals("/dev/console");
  }

  /** Whether a program reads from the other end; also where that can't be known. */
  static boolean isPipe(int descriptor) {
    String target = target(descriptor);
    return target.isEmpty() || target.startsWith("pipe:") || target.startsWith("socket:");
  }

  private static String target(int descriptor) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
    } catch (IOException e) {
      return ""; // closed, or no /proc: treated as a pipe
    }
  }
}
