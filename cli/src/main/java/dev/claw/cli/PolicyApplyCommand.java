package dev.claw.cli;

import dev.claw.lock.PolicyLock;
import dev.claw.model.CompiledPolicy;
import dev.claw.supervisor.PolicyApply;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Compiles the agent's template as it is now, shows what differs from the lock, and signs it as the new one."
          + " 'claw policy diff' shows the difference alone.",
      "Egress rules, budgets and models are in force at once; what the container is made from needs 'claw restart'."
    })
final class PolicyApplyCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Mixin private TemplateOption template = new TemplateOption();

  @Mixin private JsonOption json = new JsonOption();

  PolicyApplyCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    PolicyLock lock = claw.policies().locked(agent.name()).lock();
    String name = template.name(lock);
    CompiledPolicy policy = template.compile(claw, lock);
    PolicyApply.Report report = claw.policyApply().apply(agent.name(), policy);
    if (json.wanted()) {
      RecordJson.print(claw.out(), report);
      return ExitCode.DONE;
    }
    claw.err()
        .println(
            report.agent()
                + switch (report.effect()) {
                  case NOTHING -> ": the template " + name + " says what the lock says";
                  case AT_NEXT_START -> " is locked with serial " + report.serial();
                  case LIVE ->
                      " runs under the lock with serial " + report.serial() + " from now on";
                  case AFTER_RESTART ->
                      " is locked with serial "
                          + report.serial()
                          + "; its egress follows that already, its container needs 'claw restart "
                          + report.agent()
                          + "'";
                });
    claw.out().println(report.agent());
    return ExitCode.DONE;
  }
}
