package dev.claw.cli;

import dev.claw.supervisor.Initialisation;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description = {
      "Makes the state folder (CLAW_HOME, by default ~/.claw), the host's signing key and a commented configuration.",
      "What is there already is kept, so running it again is safe."
    })
final class InitCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  InitCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Initialisation.Report report = claw.initialisation().run(ConfigFile.TEMPLATE);
    if (json.wanted()) {
      RecordJson.print(claw.out(), report);
      return ExitCode.DONE;
    }
    for (Path path : report.made()) {
      claw.out().println("made    " + path);
    }
    if (report.made().isEmpty()) {
      claw.out().println("kept    " + report.home() + " as it is");
    }
    claw.out().println("key     " + report.keyId());
    claw.err().println("Next: claw image build, claw doctor, claw create coder NAME");
    return ExitCode.DONE;
  }
}
