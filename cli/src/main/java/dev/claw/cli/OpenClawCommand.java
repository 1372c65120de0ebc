package dev.claw.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    description =
        "Runs OpenClaw's own command inside the agent's container: claw openclaw AGENT -- --version.")
final class OpenClawCommand implements Callable<ExitCode>, PassesArgumentsOn {
  private final Claw claw;

  @Mixin private TerminalOption terminal = new TerminalOption();

  @Mixin private AgentArgument agent = new AgentArgument();

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "ARGUMENT",
      description = "OpenClaw's arguments, behind --.")
  private List<String> arguments = List.of();

  OpenClawCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    return claw.insideProgram()
        .run(agent.name(), terminal.with(false), InsideProgram.openclaw(arguments));
  }
}
