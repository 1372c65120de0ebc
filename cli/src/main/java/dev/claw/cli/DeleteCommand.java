package dev.claw.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description =
        "Moves an agent, whole, into the trash and removes its container. 'claw trash restore' brings it back.")
final class DeleteCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Option(
      names = {"-f", "--force"},
      description = "Stop it first where it runs, without waiting for its turn to end.")
  private boolean force;

  DeleteCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    claw.out().println(claw.trash().delete(agent.name(), force).key());
    return ExitCode.DONE;
  }
}
