package dev.claw.access;

import dev.claw.model.AgentName;

/**
 * Tells people in a chat what became of their request. It is told once, after the fact; what it
 * can't deliver is lost. It must not throw and must not wait for a network.
 */
public interface PairingListener {
  /** Tells nobody. */
  PairingListener NOBODY =
      new PairingListener() {
        @Override
        public void confirmed(ChatUser user, AgentName agent, Role role) {}

        @Override
        public void refused(ChatUser user, AgentName agent, Role role, String sentence) {}
      };

  /** The person may act on the agent from now on. */
  void confirmed(ChatUser user, AgentName agent, Role role);

  /**
   * Nothing came of the person's request, or it was refused once; the sentence says which.
   *
   * @param sentence for the person
   */
  void refused(ChatUser user, AgentName agent, Role role, String sentence);
}
