package dev.claw.cli;

import dev.claw.cli.CommandTable.Entry;
import dev.claw.cli.CommandTable.Group;
import dev.claw.cli.CommandTable.Leaf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Every command with what picocli knows of it; built whole, for completion scripts and man pages
 * only.
 */
final class CommandTree {
  /**
   * A command that does something.
   *
   * @param path the words behind {@code claw}
   */
  record Command(String path, String summary, CommandSpec spec) {
    /** All option names, the long ones last. */
    List<String> optionNames() {
      return spec.options().stream()
          .filter(option -> !option.hidden())
          .flatMap(option -> List.of(option.names()).stream())
          .toList();
    }

    /** Whether an agent's name can stand on its command line. */
    boolean takesAgent() {
      return takes(label -> label.contains("AGENT"));
    }

    /** Whether a template's name can stand on its command line. */
    boolean takesTemplate() {
      return takes(label -> label.contains("TEMPLATE"));
    }

    /** Whether the name of a chat's service can stand on its command line. */
    boolean takesService() {
      return takes(label -> label.contains(ServiceArgument.LABEL));
    }

    private boolean takes(Predicate<String> label) {
      return spec.positionalParameters().stream()
          .anyMatch(parameter -> label.test(parameter.paramLabel()));
    }
  }

  private CommandTree() {}

  static List<Command> commands(Surroundings surroundings) {
    List<Command> commands = new ArrayList<>();
    for (Entry entry : CommandTable.ENTRIES) {
      switch (entry) {
        case Leaf leaf -> commands.add(command(leaf, leaf.name(), surroundings));
        case Group group ->
            group
                .leaves()
                .forEach(
                    leaf ->
                        commands.add(
                            command(leaf, group.name() + " " + leaf.name(), surroundings)));
      }
    }
    return commands;
  }

  private static Command command(Leaf leaf, String path, Surroundings surroundings) {
    try (Claw claw = new Claw(surroundings)) {
      CommandLine line = CommandLines.of(leaf.make().apply(claw), path);
      return new Command(path, leaf.summary(), line.getCommandSpec());
    }
  }
}
