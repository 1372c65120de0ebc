package dev.claw.cli;

import dev.claw.supervisor.Trash;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description =
        "Removes deleted agents for good, with workspace, state and audit log. Asks first on a terminal; elsewhere it"
            + " wants --yes.")
final class TrashEmptyCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(
      arity = "0..*",
      paramLabel = "AGENT",
      description =
          "Names or keys of 'claw trash list'; all where left out. A name stands for all deleted agents of that name.")
  private List<String> keys = List.of();

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  TrashEmptyCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<Trash.Item> items = claw.trash().select(keys);
    if (items.isEmpty()) {
      claw.err().println("The trash is empty.");
      return ExitCode.DONE;
    }
    if (!yes) {
      Confirmation.ask(claw, "Remove " + items.size() + " deleted agent(s) for good?", "--yes");
    }
    for (Trash.Item item : items) {
      claw.trash().remove(item);
      claw.out().println(item.key());
    }
    return ExitCode.DONE;
  }
}
