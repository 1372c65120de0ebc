package dev.claw.cli;

import dev.claw.model.AgentName;
import dev.claw.supervisor.AgentStatus;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Shows state and lock of one agent or of all: the lock's signature, its serial, and the files that it names are"
            + " verified. Ends with 5 where one does not hold, and with 6 where Podman can't say what runs.")
final class StatusCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private OptionalAgentArgument agent = new OptionalAgentArgument();

  @Mixin private JsonOption json = new JsonOption();

  StatusCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Optional<AgentName> only = agent.name();
    List<AgentStatus> agents;
    if (only.isEmpty()) {
      agents = claw.overview().verifiedList();
    } else {
      agents = List.of(claw.overview().status(only.get()));
    }
    if (json.wanted()) {
      RecordJson.print(claw.out(), only.isEmpty() ? agents : agents.getFirst());
    } else if (only.isEmpty()) {
      Table table = new Table("NAME", "STATE", "SINCE", "LOCK", "SERIAL", "NETWORK", "TEMPLATE");
      for (AgentStatus status : agents) {
        table.row(
            status.name().value(),
            status.state().word(),
            status.startedAt().map(claw::ago).orElse("-"),
            status.lock().word(),
            status.serial() == 0 ? "-" : Long.toString(status.serial()),
            status.network().orElse("-"),
            status.template());
      }
      table.print(claw.out());
    } else {
      StatusText.print(claw, agents.getFirst());
    }
    explainProblems(claw, agents);
    if (!agents.stream().allMatch(AgentStatus::holds)) {
      return ExitCode.DRIFT;
    }
    boolean known =
        agents.stream().noneMatch(status -> status.state() == AgentStatus.State.UNKNOWN);
    return known ? ExitCode.DONE : ExitCode.BACKEND;
  }

  /** What keeps the listing from being whole belongs on standard error: standard output is data. */
  static void explainProblems(Claw claw, List<AgentStatus> agents) {
    agents.stream()
        .flatMap(status -> status.problems().stream())
        .distinct()
        .forEach(problem -> claw.err().println("claw: " + problem));
  }
}
