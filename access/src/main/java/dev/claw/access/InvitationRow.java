package dev.claw.access;

import dev.claw.model.AgentId;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code claw.db} keeps of a token that was given out.
 *
 * @param id by which the record names it, since the token may stand nowhere
 * @param tries that went wrong
 * @param user who showed it first; of no meaning while it is open
 */
record InvitationRow(
    TokenHash hash,
    String id,
    AgentId agent,
    Role role,
    Instant expires,
    int tries,
    State state,
    ChatUser user) {
  /** So many tries may go wrong, and then it is void. */
  static final int MOST_TRIES = 5;

  /** Nobody. */
  static final ChatUser NOBODY = new ChatUser(0, "", "");

  /** What has happened to it. */
  enum State {
    /** Nobody has shown it. */
    OPEN,
    REQUESTED,
    CONFIRMED,
    /** The operator said no. */
    REFUSED,
    /** The operator took it back before anybody showed it. */
    WITHDRAWN,
    /** A second person showed it. */
    TAKEN,
    /** Tried too often. */
    TRIED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static InvitationRow open(TokenHash hash, String id, AgentId agent, Role role, Instant expires) {
    return new InvitationRow(hash, id, agent, role, expires, 0, State.OPEN, NOBODY);
  }

  InvitationRow with(State next) {
    return new InvitationRow(hash, id, agent, role, expires, tries, next, user);
  }

  InvitationRow requestedBy(ChatUser by) {
    return new InvitationRow(hash, id, agent, role, expires, tries, State.REQUESTED, by);
  }

  /** After one more try that went wrong. */
  InvitationRow tried() {
    State next = tries + 1 >= MOST_TRIES ? State.TRIED : state;
    return new InvitationRow(hash, id, agent, role, expires, tries + 1, next, user);
  }

  /** Why nothing more can come of it; empty where something can. */
  Optional<ConfirmOutcome.Reason> end(Instant now) {
    return switch (state) {
      case CONFIRMED -> Optional.of(ConfirmOutcome.Reason.USED);
      case REFUSED, WITHDRAWN, TRIED -> Optional.of(ConfirmOutcome.Reason.VOID);
      case TAKEN -> Optional.of(ConfirmOutcome.Reason.TAKEN);
      case OPEN, REQUESTED ->
          now.isBefore(expires) ? Optional.empty() : Optional.of(ConfirmOutcome.Reason.EXPIRED);
    };
  }
}
