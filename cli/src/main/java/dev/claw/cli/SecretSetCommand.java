package dev.claw.cli;

import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SecretSource;
import dev.claw.supervisor.SecretText;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Sets or replaces a secret, such as the key of a model provider that templates name. The value is read without"
          + " echo from the terminal, or from standard input; one line end behind it is dropped.",
      "It never stands on a command line, in the record or in a container."
    })
final class SecretSetCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(index = "0", paramLabel = "NAME", description = "Name of the secret.")
  private String name = "";

  @Option(
      names = "--from-environment",
      paramLabel = "VARIABLE",
      description =
          "Keep no value: look it up in this variable of the environment that the supervisor was"
              + " started with: that of systemd, or of the shell whose command needed it first.")
  private @Nullable String variable;

  @Option(
      names = "--command",
      description =
          "Keep no value: run the program behind '--' each time, without a shell, such as"
              + " '--command -- pass show anthropic'.")
  private boolean command;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "WORD",
      description = "With --command: the program and its arguments.")
  private List<String> words = List.of();

  SecretSetCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    try {
      SecretText.name(name);
      claw.providerSecrets().set(name, source());
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "secret: " + e.getMessage(), e);
    }
    claw.err().println("secret " + name + " is set");
    return ExitCode.DONE;
  }

  private SecretSource source() throws Exception {
    if (command != !words.isEmpty() || (command && variable != null)) {
      // Without the words: somebody may have typed the value itself.
      throw new CliException(
          ExitCode.USAGE,
          "secret set: expected NAME alone, NAME --from-environment VARIABLE, or NAME --command --"
              + " PROGRAM…; a value is typed at the prompt or piped in, never an argument");
    }
    if (command) {
      return new SecretSource.Command(words);
    }
    return variable == null
        ? new SecretSource.Value(SecretInput.read(claw.surroundings()))
        : new SecretSource.Environment(SecretText.variable(variable));
  }
}
