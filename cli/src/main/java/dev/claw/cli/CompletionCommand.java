package dev.claw.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Prints a completion script.",
      "bash: source <(claw completion bash)",
      "zsh: source <(claw completion zsh)",
      "fish: claw completion fish | source"
    })
final class CompletionCommand implements LooksOnly {
  enum Shell {
    bash,
    zsh,
    fish
  }

  private final Claw claw;

  @Parameters(index = "0", paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell = Shell.bash;

  CompletionCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() {
    CompletionScript script = new CompletionScript(CommandTree.commands(claw.surroundings()));
    claw.out()
        .print(
            switch (shell) {
              case bash -> script.bash();
              case zsh -> script.zsh();
              case fish -> script.fish();
            });
    return ExitCode.DONE;
  }
}
