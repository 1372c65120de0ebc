package dev.claw.supervisor;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import dev.claw.access.TelegramSettings;
import dev.claw.access.telegram.TelegramStatus;
import java.time.Instant;
import java.util.Optional;

/**
 * The bot as it stands, or stood when its process ended.
 *
 * @param user its user name; empty where none is set up, or its settings can't be read
 * @param since when that state began; empty where it is not known
 * @param sentence what is wrong and what to do; empty while nothing is
 */
public record BotStatus(
    State state, Optional<String> user, Optional<Instant> since, String sentence) {
  /** What it is at. */
  public enum State {
    NOT_SET_UP,
    /** It is set up, and no process runs it. */
    NOT_RUNNING,
    /** It has not reached Telegram yet. */
    STARTING,
    /** It hears what people write. */
    POLLING,
    /** It does not at present, and tries again by itself. */
    WAITING,
    /** It gave up: somebody has to do something. */
    STOPPED,
    /** What would say so can't be read. */
    UNKNOWN
  }

  /**
   * @param running whether there is a process that would run it
   */
  public static BotStatus of(TelegramFile file, AccessDatabase database, boolean running) {
    Optional<String> user = Optional.empty();
    try {
      user = file.find().map(TelegramSettings::user);
      if (user.isEmpty()) {
        return new BotStatus(State.NOT_SET_UP, user, Optional.empty(), "");
      }
      Optional<TelegramStatus> kept = TelegramStatus.find(database);
      State state = state(kept.map(TelegramStatus::phase), running);
      // What a process that is gone was at has no bearing, unless it gave up.
      return state == State.NOT_RUNNING || kept.isEmpty()
          ? new BotStatus(state, user, Optional.empty(), "")
          : new BotStatus(state, user, Optional.of(kept.get().since()), kept.get().sentence());
    } catch (SupervisorException | AccessException | IllegalArgumentException e) {
      return new BotStatus(State.UNKNOWN, user, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private static State state(Optional<TelegramStatus.Phase> phase, boolean running) {
    if (phase.filter(TelegramStatus.Phase.STOPPED::equals).isPresent()) {
      return State.STOPPED;
    }
    if (!running) {
      return State.NOT_RUNNING;
    }
    return switch (phase.orElse(TelegramStatus.Phase.STARTING)) {
      case STARTING, ENDED -> State.STARTING;
      case RUNNING -> State.POLLING;
      case WAITING -> State.WAITING;
      case STOPPED -> State.STOPPED;
    };
  }
}
