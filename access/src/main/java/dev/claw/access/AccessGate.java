package dev.claw.access;

import dev.claw.model.AgentName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Who may do what from a chat. Asked anew for every command and every button, at that moment. */
public interface AccessGate {
  /**
   * Whether this person may do this with this agent now. It is on record when it returns; a refusal
   * may be counted for the record of the person's minute instead.
   */
  AccessDecision decide(ChatUser user, AgentName agent, ChatAction action) throws AccessException;

  /** The agents that the person is paired with and that there are, by name. */
  List<Paired> agents(ChatUser user) throws AccessException;

  /**
   * Who of the people paired with an agent may do this, such as to be asked for an approval; nobody
   * where its name is no longer its own.
   */
  List<ChatUser> users(AgentRef agent, ChatAction action) throws AccessException;

  /** Whether the person may do this with this very agent still; leaves no record. */
  default boolean may(ChatUser user, AgentRef agent, ChatAction action) throws AccessException {
    return users(agent, action).stream().anyMatch(other -> other.id() == user.id());
  }

  /**
   * The person shows a token; on record when it returns, a refusal as for {@link #decide}. The
   * token is kept nowhere.
   */
  RequestOutcome request(ChatUser user, String token) throws AccessException;

  /**
   * A command that concerns no agent is answered; on record when this returns, or counted for the
   * record of the person's minute.
   */
  void done(ChatUser user, String command) throws AccessException;

  /**
   * Something was refused without a decision; on record as for {@link #decide}.
   *
   * @param agent in whose record it stands; empty for the host's
   * @param what was wanted, one of few words
   * @param reason one of few words
   */
  void refused(ChatUser user, Optional<AgentRef> agent, String what, String reason)
      throws AccessException;

  /** An agent and what the person is for it. */
  record Paired(AgentRef agent, Role role) {}

  /** What came of showing a token. */
  sealed interface RequestOutcome {
    /** Somebody at the operator's machine has to confirm until then. */
    record Requested(AgentName agent, Role role, Instant until) implements RequestOutcome {}

    /**
     * It leads nowhere.
     *
     * @param sentence for the person, in plain words, without the token
     */
    record Refused(Reason reason, String sentence) implements RequestOutcome {}

    /** Why it leads nowhere, for the record. */
    enum Reason {
      /** Nobody gave out this token. */
      UNKNOWN,
      EXPIRED,
      USED,
      /** Somebody else has shown it already; then it is void for both. */
      TAKEN,
      /** It was tried too often. */
      VOID,
      /** The person showed too many wrong ones. */
      TOO_MANY,
      /** The agent is gone. */
      NO_AGENT
    }
  }
}
