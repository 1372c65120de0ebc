package dev.claw.cli;

import dev.claw.cli.CommandTable.Entry;
import dev.claw.cli.CommandTable.Group;
import java.io.PrintStream;
import java.util.List;

/** Help for what has commands below it; a command's own help is picocli's. */
final class HelpText {
  private HelpText() {}

  static void printRoot(PrintStream out) {
    out.println("Usage: claw COMMAND [ARGUMENTS]");
    out.println();
    out.println(
        "Runs OpenClaw agents in rootless Podman containers under a signed, enforced policy.");
    out.println();
    out.println("Commands:");
    print(out, CommandTable.ENTRIES);
    out.println();
    out.println("  claw COMMAND --help   more on one command");
    out.println("  claw --version        the version");
    out.println("  claw --debug COMMAND  the same command, with stack traces");
    out.println();
    out.println("State is kept in CLAW_HOME, by default ~/.claw.");
  }

  static void printGroup(PrintStream out, Group group) {
    out.println("Usage: claw " + group.name() + " COMMAND [ARGUMENTS]");
    out.println();
    out.println(group.summary() + ".");
    out.println();
    out.println("Commands:");
    print(out, group.leaves());
    group
        .usual()
        .ifPresent(
            usual -> {
              out.println();
              out.println("Without COMMAND: " + usual.name() + ".");
            });
  }

  private static void print(PrintStream out, List<? extends Entry> entries) {
    int width = entries.stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
    for (Entry entry : entries) {
      out.println(
          "  " + entry.name() + " ".repeat(width - entry.name().length() + 2) + entry.summary());
    }
  }
}
