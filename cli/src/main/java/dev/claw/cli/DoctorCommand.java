package dev.claw.cli;

import dev.claw.model.Check;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Checks everything that an agent needs of this host and says how to mend what is wrong. Ends with 6 where an agent"
            + " could not run.")
final class DoctorCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  DoctorCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<Check> checks = claw.doctor().run();
    if (Thread.interrupted()) {
      throw new InterruptedException(); // which makes checks fail that are well
    }
    if (json.wanted()) {
      RecordJson.print(claw.out(), checks);
    } else {
      for (Check check : checks) {
        String mark =
            switch (check.outcome()) {
              case OK -> "ok      ";
              case WARNING -> "warning ";
              case FAILED -> "FAILED  ";
            };
        claw.out().println(mark + check.subject() + ": " + check.found());
        if (!check.fix().isEmpty()) {
          claw.out().println("        fix: " + check.fix());
        }
      }
    }
    boolean failed = checks.stream().anyMatch(check -> check.outcome() == Check.Outcome.FAILED);
    return failed ? ExitCode.BACKEND : ExitCode.DONE;
  }
}
