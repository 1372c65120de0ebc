package dev.claw.cli;

import dev.claw.model.AgentName;
import dev.claw.supervisor.AgentStart;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description =
        "Stops an agent as 'claw stop' does and starts it as 'claw start' does. Its lock is verified before it is"
            + " stopped, so that an agent which could not start again goes on running.")
final class RestartCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Option(names = "--now", description = "Do not wait for the turn to end.")
  private boolean now;

  @Mixin private UnenforcedOption unenforced = new UnenforcedOption();

  RestartCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    AgentName name = agent.name();
    Duration grace = claw.agentStop().gracePeriod(name, now);
    AgentStart.Options options = claw.startOptions(unenforced, false, true);
    claw.agentStart().verify(name, options);
    try (Waiting _ =
        Waiting.upTo(claw, grace, name + ": waiting for the turn to end (--now skips it)")) {
      claw.agentStop().stopKeepingPod(name, grace);
    }
    StartCommand.print(claw, claw.agentStart().start(name, options));
    return ExitCode.DONE;
  }
}
