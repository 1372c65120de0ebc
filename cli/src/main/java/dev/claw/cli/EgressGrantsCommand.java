package dev.claw.cli;

import dev.claw.supervisor.Grants;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Lists grants that hold now, of one agent or of all. Ends with 5 where claw.db has a grant that does not verify,"
            + " which admits nothing.")
final class EgressGrantsCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private OptionalAgentArgument agent = new OptionalAgentArgument();

  @Mixin private JsonOption json = new JsonOption();

  EgressGrantsCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Grants.Listing listing = claw.grants().list(agent.name());
    if (json.wanted()) {
      RecordJson.print(claw.out(), listing);
    } else {
      Table table = new Table("ID", "AGENT", "HOST", "PORTS", "ENDS IN", "GIVEN BY");
      for (Grants.Listed grant : listing.grants()) {
        table.row(
            grant.id(),
            grant.agent().value(),
            grant.host(),
            grant.ports().stream().map(String::valueOf).collect(Collectors.joining(",")),
            TimeLeft.text(grant.remaining()),
            grant.actor());
      }
      table.print(claw.out());
    }
    listing.problems().forEach(problem -> claw.err().println("claw: " + problem));
    return listing.problems().isEmpty() ? ExitCode.DONE : ExitCode.DRIFT;
  }
}
