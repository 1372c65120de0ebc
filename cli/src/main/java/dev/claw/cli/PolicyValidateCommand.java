package dev.claw.cli;

import dev.claw.supervisor.AgentStatus.LockState;
import dev.claw.supervisor.Policies;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Verifies the agent's lock: signature, agent, serial, every file that it names, and the image. Ends with 5 where"
            + " one does not hold.")
final class PolicyValidateCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();
  @Mixin private JsonOption json = new JsonOption();

  PolicyValidateCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Policies.Validation validation = claw.policies().validate(agent.name());
    if (json.wanted()) {
      RecordJson.print(claw.out(), validation);
    } else {
      claw.out().println(validation.agent() + ": " + validation.sentence());
    }
    return validation.state() == LockState.VERIFIED ? ExitCode.DONE : ExitCode.DRIFT;
  }
}
