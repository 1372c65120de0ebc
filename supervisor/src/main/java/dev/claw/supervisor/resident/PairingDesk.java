package dev.claw.supervisor.resident;

import dev.claw.access.AccessException;
import dev.claw.access.ConfirmOutcome;
import dev.claw.access.InvitationState;
import dev.claw.access.Invitations;
import dev.claw.access.TokenHash;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where commands of the operator's hear who has shown a token, and say what they think of it. It is
 * in this process so that who waits in the chat hears of it at once; what holds is in {@code
 * claw.db} alone.
 */
final class PairingDesk {
  /** Well below the time after which a client gives up. */
  private static final Duration WAIT = Duration.ofSeconds(15);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Invitations invitations;
  private final Actor operator;
  private final Lifetime lifetime;
  private final Consumer<String> log;
  private volatile boolean open;

  /**
   * @param operator in whose name it is confirmed: nobody else's processes are answered
   */
  PairingDesk(Invitations invitations, Actor operator, Lifetime lifetime, Consumer<String> log) {
    this.invitations = invitations;
    this.operator = operator;
    this.lifetime = lifetime;
    this.log = log;
  }

  /** Looks whether the process is needed because a token is good. */
  void look() {
    try {
      open = invitations.areOpen();
      lifetime.needed(Lifetime.Need.INVITATION, open);
    } catch (AccessException e) {
      log.accept(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The same where one was good. Of a new one this process hears, since whoever made it waits here.
   */
  void upkeep() {
    if (open) {
      look();
    }
  }

  /** How it stands with a token, when it is otherwise than known or after a while. */
  InvitationState await(TokenHash token, String known) throws AccessException {
    look();
    long end = System.nanoTime() + WAIT.toNanos();
    InvitationState state = invitations.state(token);
    // Another process may be the one that changes it, so nobody here could say when.
    while (PairingJson.word(state).equals(known)
        && System.nanoTime() - end < 0
        && !lifetime.isEnding()) {
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return state;
      }
      state = invitations.state(token);
    }
    return state;
  }

  ConfirmOutcome confirm(TokenHash token, Optional<AgentName> agent, long user)
      throws AccessException {
    return invitations.confirm(operator, agent, token, user);
  }

  ConfirmOutcome refuse(TokenHash token, String why) throws AccessException {
    return invitations.refuse(operator, token, why);
  }
}
