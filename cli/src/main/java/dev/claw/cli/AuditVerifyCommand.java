package dev.claw.cli;

import dev.claw.supervisor.AuditLogs;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Verifies the hash chain, the checkpoints and the signed head of one agent's record, or of all and the host's. Names"
            + " the first bad line and why, and ends with 5.")
final class AuditVerifyCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private OptionalAgentArgument agent = new OptionalAgentArgument();

  @Mixin private JsonOption json = new JsonOption();

  AuditVerifyCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<AuditLogs.Verification> verifications =
        agent.name().isEmpty()
            ? claw.auditLogs().verifyAll()
            : List.of(claw.auditLogs().chain(agent.name()).verify());
    if (json.wanted()) {
      RecordJson.print(claw.out(), verifications);
    } else {
      verifications.forEach(one -> claw.out().println(one.subject() + ": " + one.sentence()));
    }
    return verifications.stream().allMatch(AuditLogs.Verification::intact)
        ? ExitCode.DONE
        : ExitCode.DRIFT;
  }
}
