package dev.claw.cli;

import dev.claw.access.Pairings;
import dev.claw.model.AgentName;
import dev.claw.supervisor.ChatAccess;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    description =
        "Lists the people who may act on an agent, or on all, from a chat. Ends with 5 where claw.db has a row that can't"
            + " be believed, which lets nobody in.")
final class AccessListCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private ServiceArgument service = new ServiceArgument();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "AGENT",
      description = "Name of the agent; may be left out.")
  private String agent = "";

  @Mixin private JsonOption json = new JsonOption();

  AccessListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    service.check();
    Optional<AgentName> only =
        agent.isEmpty() ? Optional.empty() : Optional.of(AgentArgument.parse(agent));
    ChatAccess access = claw.chatAccess();
    Pairings.Listing listing = access.pairings().list(access.agents(only));
    if (json.wanted()) {
      RecordJson.print(claw.out(), listing);
    } else {
      Table table = new Table("AGENT", "ID", "NAME", "USER", "ROLE", "SINCE", "CONFIRMED BY");
      for (Pairings.Listed pairing : listing.pairings()) {
        table.row(
            pairing.agent().value(),
            Long.toString(pairing.user()),
            pairing.displayName(),
            pairing.userName().isEmpty() ? "" : "@" + pairing.userName(),
            pairing.role().word(),
            claw.ago(pairing.since()),
            pairing.by());
      }
      table.print(claw.out());
    }
    listing.problems().forEach(problem -> claw.err().println("claw: " + problem));
    return listing.problems().isEmpty() ? ExitCode.DONE : ExitCode.DRIFT;
  }
}
