package dev.claw.access;

/** What can be done with one agent from a chat, with the least role that may do it. */
public enum ChatAction {
  STATUS(Role.VIEWER),
  LOGS(Role.VIEWER),
  POLICY(Role.VIEWER),
  PENDING(Role.VIEWER),
  AUDIT(Role.VIEWER),
  START(Role.OPERATOR),
  STOP(Role.OPERATOR),
  RESTART(Role.OPERATOR),
  ASK(Role.OPERATOR),
  /** Answers what OpenClaw asks for. */
  APPROVE_EXEC(Role.OPERATOR),
  /** Adds to what the agent reaches. */
  ALLOW_EGRESS(Role.ADMIN),
  /** Says no to either; this takes nothing from the agent that it has. */
  DENY(Role.OPERATOR);

  private final Role least;

  ChatAction(Role least) {
    this.least = least;
  }

  /** The least role that may do it. */
  public Role least() {
    return least;
  }
}
