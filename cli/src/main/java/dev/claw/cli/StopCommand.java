package dev.claw.cli;

import dev.claw.model.AgentName;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description =
        "Stops an agent. OpenClaw finishes the turn that it is in, for as long as the template's stopGracePeriod lasts.")
final class StopCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Option(names = "--now", description = "Do not wait for the turn to end.")
  private boolean now;

  StopCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    AgentName name = agent.name();
    Duration grace = claw.agentStop().gracePeriod(name, now);
    try (Waiting _ =
        Waiting.upTo(claw, grace, name + ": waiting for the turn to end (--now skips it)")) {
      claw.agentStop().stop(name, grace);
    }
    claw.out().println(name);
    return ExitCode.DONE;
  }
}
