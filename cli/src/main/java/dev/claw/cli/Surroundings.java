package dev.claw.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * All that a command gets from outside its arguments, so that a test can choose it.
 *
 * @param outIsTerminal whether {@code out} is a terminal
 * @param inIsTerminal whether {@code in} is a terminal
 * @param uid of the process
 * @param gid of the process
 */
record Surroundings(
    Map<String, String> environment,
    Path workingFolder,
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal,
    int uid,
    int gid,
    Clock clock) {

  /** Those of this process. */
  static Surroundings ofProcess() {
    return new Surroundings(
        withHome(System.getenv()),
        Path.of("").toAbsolutePath(),
        System.in,
        System.out,
        System.err,
        StandardStreams.isTerminal(0),
        StandardStreams.isTerminal(1),
        StandardStreams.isTerminal(2),
        Ownership.uid(),
        Ownership.gid(),
        Clock.systemUTC());
  }

  /**
   * The environment with the home folder of the user database where HOME names none, as under cron
   * or {@code env -i}.
   */
  private static Map<String, String> withHome(Map<String, String> environment) {
    if (environment.getOrDefault("HOME", "").startsWith("/")) {
      return environment;
    }
    Map<String, String> completed = new HashMap<>(environment);
    completed.put("HOME", System.getProperty("user.home", ""));
    return completed;
  }

  /** The variable's value; empty text where it is not set. */
  String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  /** Whether colour may be used on standard output. */
  boolean colours() {
    return outIsTerminal && variable("NO_COLOR").isEmpty() && !variable("TERM").equals("dumb");
  }

  /** Whether progress that rewrites its line, or colour, may be drawn on standard error. */
  boolean fancy() {
    return errIsTerminal && variable("NO_COLOR").isEmpty() && !variable("TERM").equals("dumb");
  }
}
