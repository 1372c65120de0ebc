package dev.claw.cli;

import dev.claw.access.AgentRef;
import dev.claw.access.Pairings.Change;
import dev.claw.supervisor.ChatAccess;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    description =
        "Takes a person's access to an agent away. It holds at once: buttons of theirs that are still in the chat do"
            + " nothing.")
final class AccessRevokeCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private ChatAgentArgument agent = new ChatAgentArgument();

  @Parameters(index = "2", paramLabel = "ID", description = PersonText.MEANING)
  private String person = "";

  AccessRevokeCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    ChatAccess access = claw.chatAccess();
    AgentRef found = access.agent(agent.name());
    long id = PersonText.parse("id", person);
    return switch (access.pairings().revoke(claw.actor(), found, id)) {
      case Change.Done _ -> {
        claw.err().println(id + " has no access to " + found.name() + " any more");
        yield ExitCode.DONE;
      }
      case Change.NotPaired _ -> throw notPaired(found, id);
    };
  }

  static CliException notPaired(AgentRef agent, long id) {
    return new CliException(
        ExitCode.NOT_FOUND,
        agent.name()
            + ": "
            + id
            + " is not paired with it; 'claw access list telegram "
            + agent.name()
            + "' shows who is");
  }
}
