package dev.claw.cli;

import dev.claw.model.Quoted;
import dev.claw.supervisor.Approval.Verdict;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Allows what an agent waits for. Of several answers the first one counts; it is on record with who gave it.",
      "Once means this one run of a command, and one minute for a host. For 30 minutes means the same command in the same"
          + " folder, or the same host. What is to stay belongs into the template."
    })
final class ApprovalsAllowCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(index = "0", paramLabel = "ID", description = "As 'claw approvals' shows it.")
  private String id = "";

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "'once' or '30m'. Default: once.",
      defaultValue = "once")
  private String time = "once";

  ApprovalsAllowCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Verdict verdict =
        switch (time) {
          case "once" -> Verdict.ONCE;
          case "30m" -> Verdict.HALF_HOUR;
          default ->
              throw new CliException(
                  ExitCode.USAGE,
                  "--for: expected once or 30m, found "
                      + Quoted.of(time)
                      + "; 'claw egress allow' lets a host be reached for longer");
        };
    ApprovalText.print(claw, claw.approvals().decide(id, verdict, claw.actor()));
    return ExitCode.DONE;
  }
}
