package dev.claw.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    description =
        "Brings a deleted agent back under its name, as it was. It is not started, and its lock is verified at the next"
            + " start.")
final class TrashRestoreCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(
      index = "0",
      paramLabel = "AGENT|KEY",
      description = "Name of the agent, for the one deleted last, or a key of 'claw trash list'.")
  private String which = "";

  TrashRestoreCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    claw.out().println(claw.trash().restore(which).name());
    return ExitCode.DONE;
  }
}
