package dev.claw.cli;

import dev.claw.supervisor.resident.SupervisorClient;
import dev.claw.supervisor.resident.SupervisorStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
    description =
        "Ends the supervisor. Agents go on without egress until one runs again: 'claw start' of such an agent, or 'claw"
            + " supervisor run'.")
final class SupervisorStopCommand implements Callable<ExitCode> {
  private final Claw claw;

  SupervisorStopCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    SupervisorClient supervisor = claw.supervisor();
    Optional<SupervisorStatus> before = supervisor.status();
    if (!supervisor.stop()) {
      claw.err().println("no supervisor runs");
      return ExitCode.DONE;
    }
    List<String> left =
        before.stream()
            .flatMap(status -> status.agents().stream())
            .map(agent -> agent.agent().value())
            .toList();
    claw.err()
        .println(
            left.isEmpty()
                ? "the supervisor has ended"
                : "the supervisor has ended; without egress now: " + String.join(", ", left));
    return ExitCode.DONE;
  }
}
