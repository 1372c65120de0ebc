package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import dev.claw.access.telegram.BotApiException.Kind;
import dev.claw.access.telegram.TelegramStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.telegram.telegrambots.meta.api.methods.updates.GetUpdates;

/**
 * Asks Telegram for updates again and again, until it is interrupted or somebody has to do
 * something. Telegram takes an update for received when the next call names a higher one
 * (core.telegram.org/bots/api#getupdates); that call comes when the update is on disk.
 */
final class TelegramPoll {
  /** What is done with what comes. */
  interface Receiver {
    /** Once, before anything is received: the bot's own affairs. */
    void introduce() throws BotApiException, InterruptedException;

    /** Telegram answers, for the first time in this run. */
    void connected() throws AccessException, InterruptedException;

    /** In order; returns when they are on disk. */
    void receive(List<Incoming> updates) throws AccessException;
  }

  private static final int LONG_POLL_SECONDS = 50;
  private static final Duration ANSWER = Duration.ofSeconds(LONG_POLL_SECONDS + 15);

  /**
   * A process of ours that was killed leaves a call behind which Telegram takes for another poller
   * until it notices.
   */
  private static final int CONFLICTS = 4;

  private static final int CALM_POLLS = 10;

  /** Most updates in an answer (core.telegram.org/bots/api#getupdates). */
  private static final int MOST = 100;

  private static final Duration AFTER_CONFLICT = Duration.ofSeconds(5);

  private final BotApi api;
  private final Receiver receiver;
  private final StatusKeeper status;
  private final BackOff backOff;
  private final Pause pause;
  private final Consumer<String> log;

  private boolean introduced;
  private boolean connected;

  /** Telegram answered last time; else it is asked for an answer at once, not for news. */
  private boolean answers;

  private long next;

  /** How many updates are asked for: one after an answer that was too large, then more again. */
  private int limit = MOST;

  private int failures;
  private int conflicts;
  private int calm;

  TelegramPoll(
      BotApi api,
      Receiver receiver,
      StatusKeeper status,
      BackOff backOff,
      Pause pause,
      Consumer<String> log) {
    this.api = api;
    this.receiver = receiver;
    this.status = status;
    this.backOff = backOff;
    this.pause = pause;
    this.log = log;
  }

  /** Returns where it gave up; the status says why. */
  void run() throws InterruptedException {
    status.enter(Phase.STARTING, "");
    boolean goesOn = true;
    while (goesOn) {
      try {
        once();
      } catch (BotApiException e) {
        goesOn = survives(e);
      } catch (AccessException e) {
        answers = false;
        // Nothing was confirmed, so nothing is lost; but without a record nothing may be done.
        status.enter(Phase.WAITING, e.getMessage() == null ? "claw.db fails" : e.getMessage());
        pause.of(backOff.delay(++failures));
      }
    }
  }

  private void once() throws BotApiException, AccessException, InterruptedException {
    if (!introduced) {
      receiver.introduce();
      introduced = true;
    }
    List<Incoming> updates = UpdateReader.read(api.call(call(), ANSWER));
    status.contact();
    // First of all, so that who writes hears of it where nothing can be kept.
    if (!updates.isEmpty()) {
      receiver.receive(updates);
      next = updates.getLast().updateId() + 1;
    }
    limit = Math.min(MOST, limit * 2);
    if (!connected) {
      receiver.connected();
      connected = true;
    }
    answers = true;
    failures = 0;
    calm++;
    if (calm >= CALM_POLLS) {
      conflicts = 0;
    }
  }

  private GetUpdates call() {
    return GetUpdates.builder()
        .offset((int) Math.min(next, Integer.MAX_VALUE))
        .limit(limit)
        .timeout(answers ? LONG_POLL_SECONDS : 0)
        .allowedUpdates(List.of("message", "callback_query"))
        .build();
  }

  private boolean survives(BotApiException e) throws InterruptedException {
    answers = false;
    String message = e.getMessage() == null ? "" : e.getMessage();
    if (e.kind() == Kind.REVOKED) {
      status.enter(
          Phase.STOPPED,
          "Telegram does not know the bot's token ("
              + message
              + "): it was revoked or the bot deleted; make a new one with BotFather, then run:"
              + " claw access setup telegram");
      return false;
    }
    if (e.kind() == Kind.CONFLICT) {
      calm = 0;
      conflicts++;
      if (conflicts >= CONFLICTS) {
        status.enter(
            Phase.STOPPED,
            "another program receives this bot's updates ("
                + message
                + "): perhaps claw on another machine or with another CLAW_HOME; end it, or where"
                + " you know of none, revoke the token with BotFather's /revoke and run: claw"
                + " access setup telegram");
        return false;
      }
      status.enter(Phase.WAITING, message);
      pause.of(AFTER_CONFLICT);
      return true;
    }
    if (e.kind() == Kind.TOO_LARGE) {
      if (limit == 1) {
        skip(e);
      }
      limit = 1;
    }
    status.enter(Phase.WAITING, message);
    Duration wait = backOff.delay(++failures);
    pause.of(e.retryAfter().compareTo(wait) > 0 ? e.retryAfter() : wait);
    return true;
  }

  /** One update alone is too large: without it the others would never come. */
  private void skip(BotApiException e) {
    OptionalInt id = UpdateReader.firstId(e.beginning());
    if (id.isPresent() && id.getAsInt() >= next) {
      next = id.getAsInt() + 1L;
      log.accept("telegram: update " + id.getAsInt() + " was skipped: " + e.getMessage());
    }
  }
}
