package dev.claw.cli;

import dev.claw.compiler.PolicyExplanation;
import dev.claw.supervisor.Policies;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Says in words what the agent may decide, can touch and can reach, and who enforces each line: kernel, cgroup,"
          + " Podman, OpenClaw or the proxy; 'advisory' and 'NOT ENFORCED' where nobody does.",
      "It explains the lock, which is the truth, not the template."
    })
final class PolicyExplainCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();
  @Mixin private JsonOption json = new JsonOption();

  PolicyExplainCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Policies.Locked locked = claw.policies().locked(agent.name());
    PolicyExplanation explanation =
        PolicyExplanation.of(locked.lock(), locked.spec(), claw.policies().missingControllers());
    if (json.wanted()) {
      RecordJson.print(claw.out(), explanation);
    } else {
      claw.out().print(explanation.text());
    }
    return ExitCode.DONE;
  }
}
