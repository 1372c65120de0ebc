package dev.claw.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(description = "Ends grants now, and with them the connections that only they admit.")
final class EgressRevokeCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Parameters(
      index = "1",
      paramLabel = "GRANT",
      description = "Id of a grant, or a host, which stands for all grants of that host.")
  private String grant = "";

  EgressRevokeCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    for (String id : claw.grants().revoke(agent.name(), grant)) {
      claw.out().println(TerminalText.visible(id));
    }
    return ExitCode.DONE;
  }
}
