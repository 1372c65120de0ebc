package dev.claw.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Runs the supervisor in the foreground until it is told to stop. Other commands start one by themselves where they"
          + " need it; this is for systemd and for looking at it.",
      "It serves the egress of running agents. While none runs, agents have no egress."
    })
final class SupervisorRunCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Option(
      names = "--detached",
      hidden = true,
      description = "End when no agent needs it, as one does that was started on demand.")
  private boolean detached;

  SupervisorRunCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Optional<Duration> idleExit =
        detached ? Optional.of(claw.configuration().idleExit()) : Optional.empty();
    claw.residentProcess(idleExit, new TimedLines(claw)).run();
    return ExitCode.DONE;
  }
}
