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

  /** One that no process runs, as far as it is on disk. */
  public static BotStatus notRunning(TelegramFile file, AccessDatabase database) {
    Optional<String> user = Optional.empty();
    try {
      user = file.find().map(TelegramSettings::user);
      if (user.isEmpty()) {
        return new BotStatus(State.NOT_SET_UP, user, Optional.empty(), "");
      }
      // What a process that is gone was at has no bearing, unless it gave up.
      Optional<TelegramStatus> kept =
          TelegramStatus.find(database)
              .filter(status -> status.phase() == TelegramStatus.Phase.STOPPED);
      return kept.isPresent()
          ? of(kept.get(), user.get())
          : new BotStatus(State.NOT_RUNNING, user, Optional.empty(), "");
    } catch (SupervisorException | AccessException | IllegalArgumentException e) {
      return new BotStatus(State.UNKNOWN, user, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  /** One that runs. */
  public static BotStatus of(TelegramStatus status, String user) {
    State state =
        switch (status.phase()) {
          case STARTING -> State.STARTING;
          case RUNNING -> State.POLLING;
          case WAITING -> State.WAITING;
          case STOPPED -> State.STOPPED;
          case ENDED -> State.NOT_RUNNING;
        };
    return new BotStatus(
        state,
        Optional.of(user),
        Optional.of(status.since()).filter(since -> !since.equals(Instant.EPOCH)),
        status.sentence());
  }
}
