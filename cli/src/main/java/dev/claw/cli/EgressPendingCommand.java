package dev.claw.cli;

import dev.claw.model.Quoted;
import dev.claw.supervisor.PendingDenials;
import dev.claw.supervisor.PendingDenials.Pending;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Lists what an agent was denied and neither its lock nor a grant admits by now: alike denials in one, the newest"
          + " first, each with the command that would admit it.",
      "What stands there comes from the agent, which may have reasons of its own to ask: look at the host before you"
          + " run a command."
    })
final class EgressPendingCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();
  @Mixin private JsonOption json = new JsonOption();

  EgressPendingCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    PendingDenials.Found found = claw.pendingDenials().find(agent.name());
    found.broken().forEach(broken -> claw.err().println("claw: " + broken));
    if (json.wanted()) {
      RecordJson.print(claw.out(), found);
      return ExitCode.DONE;
    }
    StringBuilder text = new StringBuilder();
    for (Pending denial : found.denials()) {
      text.append(line(denial)).append('\n');
      denial.command().ifPresent(command -> text.append("    ").append(command).append('\n'));
    }
    claw.out().print(text);
    if (found.more()) {
      claw.err().println("claw: there are older ones, left out");
    }
    return ExitCode.DONE;
  }

  private String line(Pending denial) {
    StringBuilder line = new StringBuilder();
    line.append(AuditText.value(denial.host()));
    denial.port().ifPresent(port -> line.append(':').append(port));
    line.append("  ").append(denial.count()).append(denial.count() == 1 ? " time" : " times");
    line.append(", last ").append(claw.ago(denial.last()));
    denial.program().ifPresent(p -> line.append(", by ").append(AuditText.value(p)));
    line.append(": ").append(denial.why());
    return Quoted.visible(line.toString());
  }
}
