package dev.claw.cli;

import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import picocli.CommandLine.Parameters;

/** The one agent that a command is about. */
final class AgentArgument {
  @Parameters(index = "0", paramLabel = "AGENT", description = "Name of the agent.")
  private String text = "";

  AgentName name() throws CliException {
    return parse(text);
  }

  static AgentName parse(String text) throws CliException {
    try {
      return AgentName.parse(text);
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "agent name: " + e.getMessage(), e);
    }
  }
}
