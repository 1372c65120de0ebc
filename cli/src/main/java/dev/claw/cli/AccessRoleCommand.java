package dev.claw.cli;

import dev.claw.access.AgentRef;
import dev.claw.access.Pairings.Change;
import dev.claw.access.Role;
import dev.claw.supervisor.ChatAccess;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    description = {"Gives a person another role for an agent. It holds at once.", RoleText.MEANING})
final class AccessRoleCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private ChatAgentArgument agent = new ChatAgentArgument();

  @Parameters(index = "2", paramLabel = "ID", description = PersonText.MEANING)
  private String person = "";

  @Parameters(index = "3", paramLabel = "ROLE", description = "viewer, operator or admin.")
  private String role = "";

  AccessRoleCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    ChatAccess access = claw.chatAccess();
    AgentRef found = access.agent(agent.name());
    long id = PersonText.parse("id", person);
    Role wanted = RoleText.parse(role);
    return switch (access.pairings().role(claw.actor(), found, id, wanted)) {
      case Change.Done _ -> {
        claw.err().println(id + " is " + wanted.word() + " of " + found.name());
        yield ExitCode.DONE;
      }
      case Change.NotPaired _ -> throw AccessRevokeCommand.notPaired(found, id);
    };
  }
}
