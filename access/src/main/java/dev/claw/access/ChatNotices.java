package dev.claw.access;

import dev.claw.access.ChatAgents.Question;
import dev.claw.model.AgentName;

/**
 * What claw tells people in a chat of its own accord. Nothing here waits for the chat's service or
 * fails because of it.
 */
public interface ChatNotices {
  /** Something waits for an answer: everybody who may answer is asked. */
  void asked(Question question);

  /**
   * It no longer waits; whoever was asked sees how it ended.
   *
   * @param sentence such as who decided what, or that nobody did
   */
  void ended(Question question, String sentence);

  /** The person's request was confirmed at the operator's machine. */
  void confirmed(ChatUser user, AgentName agent, Role role);

  /** It was not. */
  void refused(ChatUser user, String sentence);
}
