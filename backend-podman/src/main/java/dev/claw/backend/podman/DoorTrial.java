package dev.claw.backend.podman;

import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import dev.claw.model.Quoted;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Builds the door of an agent in a network namespace that nobody is in and that goes with the
 * trial: whether kernel and programs can do it shows nothing as well as doing it. The relay only
 * reads its configuration.
 */
final class DoorTrial {
  private static final String SUBJECT = "door";
  private static final int PATIENCE_SECONDS = 20;
  private static final int EXCERPT = 600;

  private final PodmanOptions options;
  private final String path;

  /**
   * @param path where the programs are
   */
  DoorTrial(PodmanOptions options, String path) {
    this.options = options;
    this.path = path;
  }

  Check run() {
    try {
      Path config = Files.createTempFile("claw-door", ".cfg");
      Path log = Files.createTempFile("claw-door", ".log");
      try {
        Files.writeString(config, DoorShape.CAPTURE.config("/nobody.sock"));
        return run(config, log.toFile())
            ? new Check(SUBJECT, Outcome.OK, "can be built for agents with egress rules", "")
            : failed(Files.readString(log).strip());
      } finally {
        Files.delete(config);
        Files.delete(log);
      }
    } catch (IOException e) {
      return failed(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed("interrupted");
    }
  }

  private boolean run(Path config, File log) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    options.podman(),
                    "unshare",
                    "unshare",
                    "--net",
                    "--", //
                    "/bin/sh",
                    "-ec",
                    DoorShape.CAPTURE.script().replace("haproxy -D ", "haproxy -c "),
                    "door",
                    config.toString()))
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(log);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(options.environment());
    environment.put("PATH", path);
    Process process = builder.start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException("it was not done within " + PATIENCE_SECONDS + " s");
    }
    return process.exitValue() == 0;
  }

  private static Check failed(String found) {
    String end = found.length() <= EXCERPT ? found : found.substring(found.length() - EXCERPT);
    return new Check(
        SUBJECT,
        Outcome.WARNING,
        "agents with egress rules have no way out: " + Quoted.visible(end.replace('\n', ' ')),
        "mend what it says; where nft fails, 'sudo modprobe -a nf_tables nft_chain_nat nft_redir nft_reject_inet' may"
            + " help");
  }
}
