package dev.claw.access;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a chat can have done with agents. Whoever calls has asked the gate before; every act is on
 * record in the name of the person. It is done with the agent that the gate decided about and no
 * other: where its name is another's by now, or nobody's, that is refused. All text that comes back
 * may hold words of the agent's and is to be sent as text.
 */
public interface ChatAgents {
  /**
   * An agent in a word.
   *
   * @param state such as {@code running}
   * @param lock whether its lock holds, in words
   */
  record Line(AgentRef agent, String state, String lock) {}

  /**
   * A thing that waits for an answer.
   *
   * @param id of the approval, which the answer names
   * @param text what is asked for, cleaned, of several lines
   * @param until when it is denied by itself
   */
  record Question(String id, AgentRef agent, Kind kind, String text, Instant until) {}

  /** What kind of thing waits. */
  enum Kind {
    EXEC(ChatAction.APPROVE_EXEC),
    EGRESS(ChatAction.ALLOW_EGRESS);

    private final ChatAction action;

    Kind(ChatAction action) {
      this.action = action;
    }

    /** What one must be allowed to do to say yes. */
    public ChatAction action() {
      return action;
    }
  }

  /** An answer to a question. */
  enum Verdict {
    ONCE,
    HALF_HOUR,
    DENY
  }

  /** How an agent is. */
  Line line(AgentRef agent) throws AccessException;

  /** The same with all that an operator would look at first, in a few lines. */
  String status(AgentRef agent) throws AccessException;

  /** Starts it and waits until it is ready; a sentence. */
  String start(ChatUser by, AgentRef agent) throws AccessException;

  /** Stops it within its own grace period; a sentence. */
  String stop(ChatUser by, AgentRef agent) throws AccessException;

  /** Both in turn; a sentence. */
  String restart(ChatUser by, AgentRef agent) throws AccessException;

  /** The last lines of its log. */
  List<String> logs(AgentRef agent, int lines) throws AccessException;

  /**
   * One turn.
   *
   * @param part gets the answer as it comes
   */
  void ask(ChatUser by, AgentRef agent, String message, Consumer<String> part)
      throws AccessException;

  /** What its policy is, in short. */
  String policy(AgentRef agent) throws AccessException;

  /** What it was denied lately, a line each, the newest first. */
  List<String> pending(AgentRef agent) throws AccessException;

  /** Gives a grant; a sentence. */
  String allow(ChatUser by, AgentRef agent, String host, Duration time) throws AccessException;

  /** The last records of its audit log, a line each. */
  List<String> audit(AgentRef agent, int records) throws AccessException;

  /** What waits for an answer; empty where it no longer does. */
  Optional<Question> question(String id) throws AccessException;

  /** Answers; a sentence, also where somebody else was first or the time was over. */
  String answer(ChatUser by, String id, Verdict verdict) throws AccessException;
}
