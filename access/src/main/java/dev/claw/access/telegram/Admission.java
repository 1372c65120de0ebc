package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.ChatUser;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Keeps floods off: who sends more than is done in time hears once that it is not, on record. */
final class Admission {
  private static final int MOST_TOLD = 10_000;

  private final RateLimit perUser;
  private final AccessGate gate;
  private final Errands errands;
  private final Outbox outbox;
  private final Consumer<String> log;

  /** Who was told that too much of theirs waits, and has had nothing taken on since. */
  private final Set<Long> full = new HashSet<>();

  Admission(
      RateLimit perUser, AccessGate gate, Errands errands, Outbox outbox, Consumer<String> log) {
    this.perUser = perUser;
    this.gate = gate;
    this.errands = errands;
    this.outbox = outbox;
    this.log = log;
  }

  /**
   * What came from a person.
   *
   * @param lane in which it is done
   * @param what it is, in one word for the record
   * @param shown it as the person knows it; empty where nothing is kept of it
   */
  record Request(ChatUser from, long update, String lane, String what, String shown) {}

  /** Whether something will be done about it, and be it to say that it is too much. */
  boolean admit(Request request, Errands.Work work) {
    long user = request.from().id();
    if (perUser.take(Long.toString(user)) instanceof RateLimit.Outcome.Refused refused) {
      return refuse(
          request,
          "rate",
          refused.first(),
          "That is too much at once. Come back in "
              + AgentCommands.seconds(refused.delay())
              + " s; what you send before is not looked at.");
    }
    if (errands.take(request.lane(), request.update(), work)) {
      full.remove(user);
      return true;
    }
    if (full.size() >= MOST_TOLD) {
      full.clear();
    }
    return refuse(
        request,
        "full",
        full.add(user),
        (request.shown().isEmpty() ? "What you sent last" : request.shown())
            + " was not done, because too much waits already. What you send is not looked at until"
            + " some of that is answered; then send it again.");
  }

  private boolean refuse(Request request, String reason, boolean tell, String words) {
    try {
      gate.refused(request.from(), Optional.empty(), request.what(), reason);
    } catch (AccessException e) {
      log.accept("telegram: " + e.getMessage());
      return false;
    }
    return tell
        && errands.takeApart(
            "told/" + request.from().id(),
            request.update(),
            () -> outbox.say(request.from().id(), words));
  }
}
