package dev.claw.cli;

import dev.claw.supervisor.Trash;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(description = "Lists deleted agents, the newest first.")
final class TrashListCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  TrashListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<Trash.Item> items = claw.trash().list();
    if (json.wanted()) {
      RecordJson.print(claw.out(), items);
      return ExitCode.DONE;
    }
    Table table = new Table("KEY", "NAME", "DELETED");
    for (Trash.Item item : items) {
      table.row(item.key(), item.name().value(), claw.ago(item.deleted()));
    }
    table.print(claw.out());
    return ExitCode.DONE;
  }
}
