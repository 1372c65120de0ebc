package dev.claw.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Goes on with a record whose end was cut off, an agent's or the host's where no agent is named: nothing is done"
          + " for the agent until somebody has looked at it.",
      "The gap stays visible to 'claw audit verify' for ever, with who accepted it and when."
    })
final class AuditRepairCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private OptionalAgentArgument agent = new OptionalAgentArgument();

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  AuditRepairCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    if (!yes) {
      Confirmation.ask(claw, "Accept that events are lost and go on?", "--yes");
    }
    claw.out().println(claw.auditLogs().chain(agent.name()).repair());
    return ExitCode.DONE;
  }
}
