package dev.claw.access;

import dev.claw.model.AgentName;

/** What came of what the operator said about a token. */
public sealed interface ConfirmOutcome {
  /** The person may act on the agent from now on. */
  record Confirmed(ChatUser user, AgentName agent, Role role) implements ConfirmOutcome {}

  /** The operator said no, or took the token back; nobody can use it any more. */
  record Withdrawn() implements ConfirmOutcome {}

  /**
   * It was refused, and nobody was paired.
   *
   * @param sentence for the operator, in plain words, without the token
   */
  record Refused(Reason reason, String sentence) implements ConfirmOutcome {}

  /** Why. */
  enum Reason {
    /** Nobody gave out this token, or it was long ago. */
    UNKNOWN,
    EXPIRED,
    USED,
    /** Two people have shown it. */
    TAKEN,
    /** It was refused, taken back or tried too often. */
    VOID,
    /** Nobody has shown it yet. */
    NO_REQUEST,
    /** Who showed it has another id. */
    WRONG_ID,
    /** It is a token of another agent. */
    WRONG_AGENT,
    /** The agent is gone. */
    NO_AGENT
  }
}
