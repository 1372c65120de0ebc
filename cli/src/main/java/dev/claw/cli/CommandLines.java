package dev.claw.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** How claw's commands are parsed. */
final class CommandLines {
  private CommandLines() {}

  /**
   * @param name as a person types it behind {@code claw}
   */
  static CommandLine of(Callable<ExitCode> command, String name) {
    CommandLine line = new CommandLine(command);
    line.setCommandName("claw " + name);
    line.getCommandSpec().addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    // What stands behind an agent's name belongs to the program that runs inside, dashes and all.
    line.setStopAtPositional(command instanceof PassesArgumentsOn);
    return line;
  }
}
