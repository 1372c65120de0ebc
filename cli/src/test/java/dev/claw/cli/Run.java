package dev.claw.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/**
 * One command run in this process, with chosen surroundings.
 *
 * @param out what it printed on standard output
 * @param err what it printed on standard error
 */
record Run(int status, String out, String err) {
  static Run of(Path home, String... arguments) {
    return as(1000, home, Map.of(), arguments);
  }

  static Run as(int uid, Path home, Map<String, String> environment, String... arguments) {
    return run(uid, home, "", environment, arguments);
  }

  /** With something on standard input. */
  static Run with(Path home, String input, Map<String, String> environment, String... arguments) {
    return run(1000, home, input, environment, arguments);
  }

  private static Run run(
      int uid, Path home, String input, Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Map<String, String> all = new HashMap<>(environment);
    all.put("HOME", home.toString());
    all.put("CLAW_HOME", home.resolve("claw").toString());
    all.put("XDG_RUNTIME_DIR", home.toString());
    // Nothing listens there: what a command does without Podman is part of what is tested.
    all.putIfAbsent("CONTAINER_HOST", "unix://" + home.resolve("nobody.sock"));
    Surroundings surroundings =
        new Surroundings(
            all,
            home,
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            false,
            uid,
            uid,
            Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC));
    int status = new CommandRunner(surroundings, new Interruption()).run(arguments);
    return new Run(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
