package dev.claw.cli;

import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SecretText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    description = "Removes a secret. Agents that name it can't call its provider from then on.")
final class SecretRemoveCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the secret.")
  private String name = "";

  SecretRemoveCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    try {
      claw.providerSecrets().remove(SecretText.name(name));
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "secret: " + e.getMessage(), e);
    }
    claw.out().println(name);
    return ExitCode.DONE;
  }
}
