package dev.claw.cli;

import dev.claw.supervisor.AgentInspection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Shows everything about an agent: its record, its lock, its container as specified, and, while it runs, what really"
          + " holds, read from the kernel. Ends with 5 where the two differ; a limit that this host can't enforce is shown and does not count."
    })
final class InspectCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();
  @Mixin private JsonOption json = new JsonOption();

  InspectCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    AgentInspection inspection = claw.inspector().inspect(agent.name());
    if (json.wanted()) {
      RecordJson.print(claw.out(), inspection);
    } else {
      InspectionText.print(claw, inspection);
    }
    return inspection.holds() ? ExitCode.DONE : ExitCode.DRIFT;
  }
}
