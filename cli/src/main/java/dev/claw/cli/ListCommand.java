package dev.claw.cli;

import dev.claw.supervisor.AgentStatus;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(description = "Lists agents with their state.")
final class ListCommand implements LooksOnly {
  private final Claw claw;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print names only.")
  private boolean quiet;

  @Mixin private JsonOption json = new JsonOption();

  ListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<AgentStatus> agents = claw.overview().list();
    if (json.wanted()) {
      RecordJson.print(claw.out(), agents);
    } else if (quiet) {
      agents.forEach(agent -> claw.out().println(agent.name()));
    } else {
      Table table = new Table("NAME", "TEMPLATE", "STATE", "SINCE", "CREATED");
      for (AgentStatus agent : agents) {
        table.row(
            agent.name().value(),
            agent.template(),
            agent.state().word(),
            agent.startedAt().map(claw::ago).orElse("-"),
            agent.created().map(claw::ago).orElse("-"));
      }
      table.print(claw.out());
    }
    StatusCommand.explainProblems(claw, agents);
    return ExitCode.DONE;
  }
}
