package dev.claw.cli;

import dev.claw.model.ExecOptions;
import picocli.CommandLine.Option;

/** {@code -t}, for commands that run a program inside a container. */
final class TerminalOption {
  @Option(
      names = {"-t", "--tty"},
      description = "Give the program this terminal.")
  private boolean wanted;

  /**
   * @param input whether standard input is wanted even without a terminal
   */
  ExecOptions with(boolean input) {
    return new ExecOptions(wanted, wanted || input);
  }
}
