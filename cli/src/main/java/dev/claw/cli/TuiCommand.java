package dev.claw.cli;

import dev.claw.model.ExecOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(description = "Opens OpenClaw's terminal interface inside the agent's container.")
final class TuiCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  TuiCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    if (!claw.surroundings().inIsTerminal() || !claw.surroundings().outIsTerminal()) {
      throw new CliException(
          ExitCode.USAGE,
          "tui: expected a terminal on standard input and output; for one command use 'claw openclaw "
              + agent.name()
              + " -- …'");
    }
    return claw.insideProgram()
        .run(
            agent.name(),
            new ExecOptions(true, true),
            // NO_COLOR is there for OpenClaw's log; here is a terminal.
            List.of("env", "-u", "NO_COLOR", "openclaw", "tui"));
  }
}
