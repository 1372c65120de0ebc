package dev.claw.supervisor.resident;

import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts the resident process so that it outlives the command and its terminal. */
public final class ResidentStart {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final List<String> command;
  private final Path log;

  /**
   * @param command that runs it in the foreground; empty where this claw was not started by its
   *     launcher, and so can't start another
   * @param log to which its output is added
   */
  public ResidentStart(List<String> command, Path log) {
    this.command = List.copyOf(command);
    this.log = log;
  }

  /** Says whether the process answers. */
  @FunctionalInterface
  interface Probe {
    boolean answers() throws SupervisorException;
  }

  /** Starts it and waits until it answers; one that another claw started meanwhile will do. */
  void start(ResidentFolder folder, Probe probe) throws SupervisorException {
    if (command.isEmpty()) {
      throw new SupervisorException(
          Reason.FAILED, "no supervisor runs; start one with 'claw supervisor run'");
    }
    folder.create();
    // A session of its own: neither the terminal's hang-up nor its Ctrl-C reaches it.
    List<String> detached = new ArrayList<>(List.of("setsid", "--fork"));
    detached.addAll(command);
    try {
      LogFile.prepare(log);
      new ProcessBuilder(detached)
          .directory(new File("/"))
          .redirectInput(new File("/dev/null"))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (!probe.answers()) {
        if (System.nanoTime() - end > 0) {
          throw new SupervisorException(
              Reason.FAILED,
              "the supervisor did not come up within "
                  + PATIENCE.toSeconds()
                  + " s; its log ends with: "
                  + lastLine());
        }
        Thread.sleep(PAUSE);
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.FAILED, "the supervisor can't be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SupervisorException(
          Reason.INTERRUPTED, "broken off while the supervisor was started", e);
    }
  }

  private String lastLine() throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    return new String(bytes, StandardCharsets.UTF_8).strip().lines().reduce((_, b) -> b).orElse("");
  }
}
