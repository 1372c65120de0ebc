package dev.claw.cli;

import dev.claw.model.Quoted;
import dev.claw.supervisor.Approval;
import dev.claw.supervisor.Approval.Egress;
import dev.claw.supervisor.Approval.Exec;
import dev.claw.supervisor.Approvals;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Approvals as commands print them. */
final class ApprovalText {
  private ApprovalText() {}

  /** The {@code --json} form, flat. */
  record Listed(
      String id,
      String agent,
      String kind,
      String state,
      Optional<String> command,
      Optional<String> cwd,
      Optional<List<String>> environment,
      Optional<String> host,
      Optional<Integer> port,
      Instant asked,
      Instant expires,
      Optional<Instant> decided,
      Optional<String> decidedBy) {
    static Listed of(Approval approval) {
      Optional<Exec> exec =
          approval.subject() instanceof Exec found ? Optional.of(found) : Optional.empty();
      Optional<Egress> egress =
          approval.subject() instanceof Egress found ? Optional.of(found) : Optional.empty();
      return new Listed(
          approval.id(),
          approval.agent().value(),
          approval.subject().kind(),
          approval.state().word(),
          exec.map(Exec::command),
          exec.map(Exec::cwd),
          exec.map(Exec::environment),
          egress.map(Egress::host),
          egress.map(Egress::port),
          approval.asked(),
          approval.expires(),
          approval.decided(),
          approval.decidedBy());
    }
  }

  /**
   * Says what an answer did.
   *
   * @throws CliException where it came too late
   */
  static void print(Claw claw, Approvals.Outcome outcome) throws CliException {
    Approval approval = outcome.approval();
    String subject = Quoted.visible(approval.agent() + ": " + approval.subject().text());
    switch (outcome) {
      case Approvals.Outcome.Taken(Approval taken, Optional<String> grant) -> {
        claw.err()
            .println(
                switch (taken.state()) {
                  case ALLOWED_ONCE ->
                      "allowed once" + (grant.isPresent() ? " (one minute): " : ": ") + subject;
                  case ALLOWED_30M -> "allowed for 30 minutes: " + subject;
                  default -> "denied: " + subject;
                });
        claw.out().println(grant.orElse(taken.id()));
      }
      case Approvals.Outcome.Late(Approval late) ->
          throw new CliException(
              ExitCode.CONFLICT,
              late.id()
                  + ": expected an approval that waits, found one that is "
                  + late.state().word()
                  + late.decidedBy().map(by -> " by " + Quoted.visible(by)).orElse("")
                  + late.decided().map(when -> ", " + claw.ago(when)).orElse("")
                  + "; the first answer counts");
    }
  }
}
