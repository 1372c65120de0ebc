package dev.claw.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Runs a program inside the agent's container and ends as it ends.",
      "With -t the program owns the terminal; without, control characters in what it prints are made visible where"
          + " standard output is a terminal."
    })
final class ExecCommand implements Callable<ExitCode>, PassesArgumentsOn {
  private final Claw claw;

  @Mixin private TerminalOption terminal = new TerminalOption();

  @Option(
      names = {"-i", "--interactive"},
      description = "Pass standard input on; -t includes it.")
  private boolean input;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "Program and arguments, behind --.")
  private List<String> command = List.of();

  ExecCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    return claw.insideProgram().run(agent.name(), terminal.with(input), command);
  }
}
