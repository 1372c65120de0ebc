package dev.claw.supervisor.chat;

import dev.claw.access.AgentRef;
import dev.claw.access.ChatAgents.Kind;
import dev.claw.access.ChatAgents.Question;
import dev.claw.access.ChatAgents.Verdict;
import dev.claw.supervisor.Approval;

/** Approvals as a chat puts them to people. */
public final class ApprovalWords {
  private ApprovalWords() {}

  /** What is asked of people. */
  public static Question question(Approval approval) {
    return switch (approval.subject()) {
      case Approval.Exec exec ->
          question(
              approval,
              Kind.EXEC,
              exec.command()
                  + (exec.cwd().isEmpty() ? "" : "\nin " + exec.cwd())
                  + (exec.environment().isEmpty()
                      ? ""
                      : "\nwith " + String.join(", ", exec.environment()) + " set"));
      case Approval.Egress egress -> question(approval, Kind.EGRESS, egress.text());
    };
  }

  private static Question question(Approval approval, Kind kind, String text) {
    return new Question(
        approval.id(),
        new AgentRef(approval.agentId(), approval.agent()),
        kind,
        text,
        approval.expires());
  }

  /** How it ended, as a sentence's end or as one by itself. */
  public static String ending(Approval approval) {
    String by = approval.decidedBy().map(actor -> " by " + actor).orElse("");
    return switch (approval.state()) {
      case WAITING -> "It still waits for an answer.";
      case ALLOWED_ONCE -> "Allowed once" + by + ".";
      case ALLOWED_30M -> "Allowed for 30 minutes" + by + ".";
      case DENIED -> "Denied" + by + ".";
      case EXPIRED -> "Nobody answered in time, so it was denied.";
      case GONE -> "The agent no longer asks.";
    };
  }

  static Approval.Verdict verdict(Verdict verdict) {
    return switch (verdict) {
      case ONCE -> Approval.Verdict.ONCE;
      case HALF_HOUR -> Approval.Verdict.HALF_HOUR;
      case DENY -> Approval.Verdict.DENY;
    };
  }
}
