package dev.claw.cli;

import dev.claw.access.ChatUser;
import dev.claw.access.ConfirmOutcome;
import dev.claw.access.Role;
import dev.claw.model.AgentName;

/** Says what came of a token, and with which status a command then ends. */
final class PairingReport {
  private final Claw claw;
  private final AgentName agent;

  PairingReport(Claw claw, AgentName agent) {
    this.claw = claw;
    this.agent = agent;
  }

  ExitCode report(ConfirmOutcome outcome) throws CliException {
    return switch (outcome) {
      case ConfirmOutcome.Confirmed(ChatUser user, AgentName of, Role role) -> {
        claw.err().println(user.shown() + " is " + role.word() + " of " + of);
        yield ExitCode.DONE;
      }
      case ConfirmOutcome.Withdrawn _ ->
          throw new CliException(ExitCode.INTERRUPTED, "not confirmed; nobody was let in");
      case ConfirmOutcome.Refused(ConfirmOutcome.Reason reason, String sentence) ->
          throw over(reason, sentence);
    };
  }

  CliException over(ConfirmOutcome.Reason reason, String sentence) {
    return new CliException(code(reason), agent + ": " + sentence);
  }

  private static ExitCode code(ConfirmOutcome.Reason reason) {
    return switch (reason) {
      case UNKNOWN, NO_AGENT -> ExitCode.NOT_FOUND;
      case EXPIRED -> ExitCode.FAILED;
      case USED, NO_REQUEST -> ExitCode.CONFLICT;
      case TAKEN, VOID, WRONG_ID, WRONG_AGENT -> ExitCode.REFUSED;
    };
  }
}
