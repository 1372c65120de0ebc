package dev.claw.supervisor;

import dev.claw.access.AccessException;
import dev.claw.access.telegram.TelegramStatus;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** How the bot fares by which people reach agents, also when the process that ran it is gone. */
public final class TelegramCheck {
  private static final String SUBJECT = "telegram";

  /** A bot that hears nothing still hears from Telegram within each poll, which takes 50 s. */
  private static final Duration SILENCE = Duration.ofMinutes(3);

  private final TelegramFile file;
  private final ChatAccess access;
  private final InstantSource clock;

  public TelegramCheck(TelegramFile file, ChatAccess access, InstantSource clock) {
    this.file = file;
    this.access = access;
    this.clock = clock;
  }

  /** Empty where no bot is set up. No agent needs a bot to run, so the worst is a warning. */
  public Optional<Check> run() {
    try {
      if (file.find().isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          TelegramStatus.find(access.database())
              .map(this::check)
              .orElseGet(() -> ok("set up, and not run yet")));
    } catch (SupervisorException | AccessException | IllegalArgumentException e) {
      return Optional.of(
          new Check(SUBJECT, Outcome.WARNING, String.valueOf(e.getMessage()), "as it says"));
    }
  }

  private Check check(TelegramStatus status) {
    return switch (status.phase()) {
      case STARTING -> ok("starting");
      case RUNNING -> running(status);
      case ENDED -> ok("set up; it runs while a supervisor does");
      case WAITING ->
          new Check(SUBJECT, Outcome.WARNING, status.sentence(), "wait; it tries again by itself");
      case STOPPED -> new Check(SUBJECT, Outcome.WARNING, status.sentence(), "as it says");
    };
  }

  /** What a process that was killed has left says that it runs. */
  private Check running(TelegramStatus status) {
    Instant heard = status.contact().orElse(status.since());
    return Duration.between(heard, clock.instant()).compareTo(SILENCE) > 0
        ? new Check(
            SUBJECT,
            Outcome.WARNING,
            "heard nothing from Telegram since " + heard,
            "claw supervisor status; where none runs: claw access setup telegram")
        : ok("hears what people write");
  }

  private static Check ok(String found) {
    return new Check(SUBJECT, Outcome.OK, found, "");
  }
}
