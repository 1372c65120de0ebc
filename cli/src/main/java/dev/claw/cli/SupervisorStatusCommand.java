package dev.claw.cli;

import dev.claw.supervisor.resident.SupervisorStatus;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Shows whether the supervisor runs and which agents' egress it serves. That none runs is an answer, not an error.")
final class SupervisorStatusCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  SupervisorStatusCommand(Claw claw) {
    this.claw = claw;
  }

  /** What {@code --json} prints. */
  record Report(boolean running, Optional<SupervisorStatus> supervisor) {}

  @Override
  public ExitCode call() throws Exception {
    Optional<SupervisorStatus> found = claw.supervisor().status();
    if (json.wanted()) {
      RecordJson.print(claw.out(), new Report(found.isPresent(), found));
      return ExitCode.DONE;
    }
    if (found.isEmpty()) {
      claw.out().println("not running; the next start of an agent starts it");
      return ExitCode.DONE;
    }
    SupervisorStatus status = found.get();
    claw.out()
        .println(
            "running, pid "
                + status.pid()
                + ", claw "
                + status.version()
                + ", for "
                + claw.ago(status.since()).replace(" ago", ""));
    if (!status.version().equals(ClawVersion.text())) {
      claw.err()
          .println(
              "claw: it is of another version than this one; 'claw supervisor stop' ends it and the next command starts the new one");
    }
    Table table = new Table("AGENT", "CONNECTIONS", "BYTES TODAY", "MODEL TOKENS TODAY");
    for (SupervisorStatus.Served agent : status.agents()) {
      table.row(
          agent.agent().value(),
          Integer.toString(agent.connections()),
          Long.toString(agent.bytes()),
          Long.toString(agent.modelTokens()));
    }
    table.print(claw.out());
    return ExitCode.DONE;
  }
}
