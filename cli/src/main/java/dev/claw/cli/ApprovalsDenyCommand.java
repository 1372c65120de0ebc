package dev.claw.cli;

import dev.claw.supervisor.Approval.Verdict;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Denies what an agent waits for. A command is then not run, and the agent is told; a host is not asked about again"
          + " for 30 minutes."
    })
final class ApprovalsDenyCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(index = "0", paramLabel = "ID", description = "As 'claw approvals' shows it.")
  private String id = "";

  ApprovalsDenyCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    ApprovalText.print(claw, claw.approvals().decide(id, Verdict.DENY, claw.actor()));
    return ExitCode.DONE;
  }
}
