package dev.claw.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Runs the supervisor with the chat's bot in the foreground, to look at it, and says what it does. Otherwise the"
          + " supervisor that other commands start runs it.",
      "Only one supervisor can run; 'claw supervisor stop' ends another."
    })
final class AccessServeCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private ServiceArgument service = new ServiceArgument();

  AccessServeCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    service.check();
    claw.residentProcess(Optional.empty(), new TimedLines(claw)).run();
    return ExitCode.DONE;
  }
}
