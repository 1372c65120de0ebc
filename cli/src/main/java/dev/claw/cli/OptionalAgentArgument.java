package dev.claw.cli;

import dev.claw.model.AgentName;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/** The agent that a command is about, where it can also be about all or about the host. */
final class OptionalAgentArgument {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "AGENT",
      description = "Name of the agent; may be left out.")
  private String text = "";

  Optional<AgentName> name() throws CliException {
    return text.isEmpty() ? Optional.empty() : Optional.of(AgentArgument.parse(text));
  }
}
