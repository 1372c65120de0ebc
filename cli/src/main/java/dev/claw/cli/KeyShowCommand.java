package dev.claw.cli;

import dev.claw.supervisor.KeyRotation;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(description = "Shows the host's signing key and the keys before it, by id.")
final class KeyShowCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  KeyShowCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<KeyRotation.Key> keys = claw.keyRotation().keys();
    if (json.wanted()) {
      RecordJson.print(claw.out(), keys);
      return ExitCode.DONE;
    }
    Table table = new Table("KEY", "SIGNS", "FILE");
    for (KeyRotation.Key key : keys) {
      table.row(key.id(), key.retired().map(since -> "until " + since).orElse("now"), key.file());
    }
    table.print(claw.out());
    return ExitCode.DONE;
  }
}
