package dev.claw.cli;

import dev.claw.compiler.PolicyDiff;
import dev.claw.compiler.PolicyDiff.Change;
import dev.claw.compiler.PolicyDiff.Effect;
import dev.claw.lock.JsonException;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.CompiledPolicy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Compiles the template that the agent was made from as it is now, and shows what that would newly permit, no"
          + " longer permit or otherwise change against the agent's lock. Nothing is changed.",
      "Ends with 0 where nothing differs, with 1 where something does, and with more than 1 where that can't be told,"
          + " such as 3 where the template does not compile."
    })
final class PolicyDiffCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private AgentArgument agent = new AgentArgument();

  @Mixin private TemplateOption template = new TemplateOption();

  @Mixin private JsonOption json = new JsonOption();

  PolicyDiffCommand(Claw claw) {
    this.claw = claw;
  }

  /** What stands in the JSON. */
  record Report(
      AgentName agent,
      String template,
      List<Change> newlyPermits,
      List<Change> noLongerPermits,
      List<Change> changes) {}

  @Override
  public ExitCode call() throws Exception {
    PolicyLock lock = claw.policies().locked(agent.name()).lock();
    String name = template.name(lock);
    PolicyDiff diff = PolicyDiff.between(lock, next(lock, name));
    if (json.wanted()) {
      RecordJson.print(
          claw.out(),
          new Report(
              lock.agentName(),
              name,
              diff.with(Effect.PERMITS),
              diff.with(Effect.FORBIDS),
              diff.with(Effect.OTHER)));
    } else if (diff.isEmpty()) {
      claw.err().println(lock.agentName() + ": the template " + name + " says what the lock says");
    } else {
      claw.out().print(diff.byEffect());
    }
    return diff.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private PolicyLock next(PolicyLock lock, String name) throws Exception {
    try {
      CompiledPolicy policy = template.compile(claw, lock);
      return PolicyLock.of(policy, lock.serial() + 1, Optional.of(lock.digest()));
    } catch (CliException e) {
      // 1 stands for a difference here.
      throw e.code() == ExitCode.FAILED
          ? new CliException(ExitCode.REFUSED, String.valueOf(e.getMessage()), e)
          : e;
    } catch (JsonException e) {
      throw new CliException(
          ExitCode.REFUSED, name + ": can't be locked: " + e.getMessage() + "; change it", e);
    }
  }
}
