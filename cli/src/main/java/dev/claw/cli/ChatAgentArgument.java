package dev.claw.cli;

import dev.claw.model.AgentName;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The chat's service and the agent that a command is about. */
final class ChatAgentArgument {
  @Mixin private ServiceArgument service = new ServiceArgument();

  @Parameters(index = "1", paramLabel = "AGENT", description = "Name of the agent.")
  private String text = "";

  AgentName name() throws CliException {
    service.check();
    return AgentArgument.parse(text);
  }
}
