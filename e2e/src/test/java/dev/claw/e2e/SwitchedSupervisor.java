package dev.claw.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A supervisor in the foreground, started by the distribution's own launcher with switches of the
 * JDK's beside its own. The launcher takes none from its environment, so that a test which wants
 * the host's names or authorities to be others has no other way.
 */
final class SwitchedSupervisor implements AutoCloseable {
  private static final String SELF = "self=$(readlink -f -- \"$0\")";
  private static final String LAST = "  -cp ";

  private final RunningCommand running;

  SwitchedSupervisor(Claw claw, String... switches) {
    running =
        claw.commandBy(launcher(claw.folder(), switches).toString(), "supervisor", "run").start();
    running.closeInput();
    running.await(
        "the supervisor",
        () -> claw.run("supervisor", "status", "--json").out().contains("\"pid\""));
  }

  private static Path launcher(Path folder, String... switches) {
    try {
      String text = Files.readString(Claw.launcher());
      if (!text.contains(SELF) || !text.contains(LAST)) {
        throw new IllegalStateException(Claw.launcher() + ": not the launcher that this knows");
      }
      Path file = folder.resolve("switched");
      Files.writeString(
          file,
          text.replace(SELF, "self='" + Claw.launcher() + "'")
              .replace(LAST, "  " + String.join(" ", switches) + LAST));
      file.toFile().setExecutable(true);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    running.signal("TERM");
    running.result();
    running.close();
  }
}
