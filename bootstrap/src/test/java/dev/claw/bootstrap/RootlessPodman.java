package dev.claw.bootstrap;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Podman's command line as the user of this process, for tests against the real one. */
final class RootlessPodman {

  /** How a program ended, its two streams together. */
  record Result(int exit, String output) {}

  private RootlessPodman() {}

  /** Aborts the test where rootless Podman does not work, or fails it where it has to. */
  static void require() throws Exception {
    String problem = "";
    if (run("id", "-u").output().strip().equals("0")) {
      problem = "expected an ordinary user, found root";
    } else {
      try {
        Result probe = podman("unshare", "true");
        if (probe.exit() != 0) {
          problem = probe.output();
        }
      } catch (IOException e) {
        problem = "podman does not start: " + e;
      }
    }
    if (!problem.isEmpty()) {
      String advice = "rootless Podman: " + problem + "; scripts/rootless prepares a place for it";
      if ("1".equals(System.getenv("PODMAN_MUST_WORK"))) {
        fail(advice);
      }
      abort(advice);
    }
  }

  static Result podman(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("podman"));
    command.addAll(List.of(arguments));
    return run(command.toArray(String[]::new));
  }

  static Result run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }
}
