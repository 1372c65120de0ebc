package dev.claw.supervisor;

import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Removes a folder whose content an agent wrote: folders without permissions, names of any bytes,
 * trees deeper than a path may be long. coreutils do this relative to open folders and never follow
 * a link; the JDK's walk gives up on such trees.
 */
final class UntrustedTree {
  private UntrustedTree() {}

  static void remove(Path folder) throws SupervisorException {
    // The outcome of chmod does not matter: rm says what it could not remove.
    run(List.of("chmod", "-R", "u+rwX", "--", folder.toString()));
    String complaint = run(List.of("rm", "-rf", "--", folder.toString()));
    if (!complaint.isEmpty()) {
      throw new SupervisorException(
          Reason.STATE, folder + ": can't be removed: " + dev.claw.model.Quoted.of(complaint));
    }
  }

  private static String run(List<String> command) throws SupervisorException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
              .start();
      byte[] output = process.getInputStream().readAllBytes();
      return process.waitFor() == 0 ? "" : new String(output, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, command.getFirst() + ": can't be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      throw new SupervisorException(
          Reason.INTERRUPTED, command.getLast() + ": broken off while it was removed", e);
    }
  }
}
