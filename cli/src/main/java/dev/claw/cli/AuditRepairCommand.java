package dev.claw.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Goes on with a record whose end was cut off: nothing is done for the agent until somebody has looked at it.",
      "The gap stays visible to 'claw audit verify' for ever, with who accepted it and when."
    })
final class AuditRepairCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(
      arity = "0..1",
      paramLabel = "AGENT",
      description = "Name of the agent; the host where it is left out.")
  private String agent = "";

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
    claw.out().println(claw.auditLogs().chain(AgentArgument.optional(agent)).repair());
    return ExitCode.DONE;
  }
}
