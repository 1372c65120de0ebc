package dev.claw.access;

import dev.claw.model.AgentName;
import java.time.Duration;

/** How it stands with a token. */
public sealed interface InvitationState {
  /** Nobody has shown it yet. */
  record Open(Duration left) implements InvitationState {}

  /**
   * Somebody has, and waits for an answer.
   *
   * @param user with names that are cleaned
   */
  record Requested(ChatUser user, AgentName agent, Role role, Duration left)
      implements InvitationState {}

  /** Who showed it is paired. */
  record Confirmed(ChatUser user) implements InvitationState {}

  /**
   * Nothing more can come of it.
   *
   * @param sentence for the operator
   */
  record Over(ConfirmOutcome.Reason reason, String sentence) implements InvitationState {}
}
