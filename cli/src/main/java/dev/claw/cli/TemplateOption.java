package dev.claw.cli;

import dev.claw.lock.PolicyLock;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import picocli.CommandLine.Option;

/** Which template an agent's lock is held against: its own by name, unless another is named. */
final class TemplateOption {
  @Option(
      names = "--template",
      paramLabel = "TEMPLATE",
      description =
          "Name of a template, or a file such as my.yaml, in place of the one that the agent was made from by name.")
  private String template = "";

  String name(PolicyLock lock) {
    return template.isEmpty() ? lock.template().name() : template;
  }

  /** The template as it is now, compiled for the agent of the lock. */
  CompiledPolicy compile(Claw claw, PolicyLock lock) throws CliException, BackendException {
    Compiling compiling = claw.compiling();
    return compiling.compile(compiling.source(name(lock)), lock.agentId(), lock.agentName());
  }
}
