package dev.claw.model;

import java.util.List;

/**
 * One line of an agent's egress policy.
 *
 * @param host exact name, address literal, {@code *.name} (one label) or {@code **.name} (one label
 *     or more), in lower case
 * @param ports TCP ports; never empty
 * @param methods HTTP methods in upper case; empty for any
 * @param paths path patterns, {@code *} one segment, {@code **} any number; empty for any
 * @param inspect terminate TLS with the agent's own authority, so that methods and paths hold over
 *     HTTPS
 * @param audit only record what this rule would have decided
 * @param programs programs that may use the rule; empty for any
 */
public record EgressRule(
    String host,
    List<Integer> ports,
    List<String> methods,
    List<String> paths,
    boolean inspect,
    boolean audit,
    List<Program> programs) {

  /**
   * A program inside the container.
   *
   * @param path absolute path of the executable
   * @param digest of the executable; empty text for any
   */
  public record Program(String path, String digest) {}

  /** Copies all lists. */
  public EgressRule {
    ports = List.copyOf(ports);
    methods = List.copyOf(methods);
    paths = List.copyOf(paths);
    programs = List.copyOf(programs);
  }
}
