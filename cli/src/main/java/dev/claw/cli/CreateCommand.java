package dev.claw.cli;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.CompiledPolicy;
import dev.claw.supervisor.AgentRecord;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Makes an agent: compiles the template, has OpenClaw validate the result where the agent image is here, signs the"
          + " lock, and writes the agent's files. Nothing is started.",
      "Where something is wrong every problem is named and nothing is made."
    })
final class CreateCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(
      index = "0",
      paramLabel = "TEMPLATE",
      description = "Name of a template, or a file such as my.yaml.")
  private String template = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "Name of the new agent.")
  private String agent = "";

  CreateCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    AgentName name = AgentArgument.parse(agent);
    claw.agentCreation().refuseTaken(name);
    AgentId id = AgentId.random(new SecureRandom());
    CompiledPolicy policy = claw.compiling().compile(claw.compiling().source(template), id, name);
    AgentRecord made = claw.agentCreation().create(policy);
    if (policy.container().image().findDigest().isEmpty()) {
      claw.err()
          .println(
              "claw: "
                  + policy.container().image().reference()
                  + " is not here yet; run 'claw image build', then 'claw start --force "
                  + name
                  + "' locks the agent to it");
    }
    claw.out().println(made.name());
    return ExitCode.DONE;
  }
}
