package dev.claw.cli;

import dev.claw.supervisor.KeyRotation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Makes a new host key and signs every lock that verifies with it; the old key no longer signs from then on and is"
          + " kept to verify what it signed.",
      "Locks that do not verify are named and left as they are."
    })
final class KeyRotateCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  KeyRotateCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    KeyRotation.Report report = claw.keyRotation().rotate();
    if (json.wanted()) {
      RecordJson.print(claw.out(), report);
      return ExitCode.DONE;
    }
    report.leftOut().forEach(agent -> claw.err().println("claw: " + agent));
    claw.err().println("signed " + report.signed().size() + " lock(s) with the new key");
    claw.out().println(report.keyId());
    return ExitCode.DONE;
  }
}
