package dev.claw.access;

/** Whether a person may do something with an agent, at this moment. */
public sealed interface AccessDecision {
  /** Yes, by this pairing. */
  record Allowed(Pairing pairing) implements AccessDecision {}

  /**
   * No.
   *
   * @param reason for the record
   */
  record Denied(Reason reason) implements AccessDecision {}

  /** Why not. */
  enum Reason {
    /** The person is not paired with the agent, or there is no such agent: both look the same. */
    NOT_PAIRED,
    /** The pairing's role does not reach so far. */
    ROLE
  }
}
