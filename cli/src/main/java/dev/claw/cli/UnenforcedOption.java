package dev.claw.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** {@code --allow-unenforced}, for the commands that start an agent. */
final class UnenforcedOption {
  @Option(
      names = "--allow-unenforced",
      split = ",",
      paramLabel = "LIMIT",
      description =
          "Start although the host does not enforce these limits (memory, cpus, pids); the audit log says so.")
  private List<String> limits = List.of();

  List<String> limits() {
    return limits;
  }
}
