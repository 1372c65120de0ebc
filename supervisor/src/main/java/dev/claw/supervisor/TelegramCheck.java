package dev.claw.supervisor;

import dev.claw.access.AccessException;
import dev.claw.access.telegram.TelegramStatus;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import java.util.Optional;

/** How the bot fares by which people reach agents, also when the process that ran it is gone. */
public final class TelegramCheck {
  private static final String SUBJECT = "telegram";

  private final TelegramFile file;
  private final ChatAccess access;

  public TelegramCheck(TelegramFile file, ChatAccess access) {
    this.file = file;
    this.access = access;
  }

  /** Empty where no bot is set up. No agent needs a bot to run, so the worst is a warning. */
  public Optional<Check> run() {
    try {
      if (file.find().isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          TelegramStatus.find(access.database())
              .map(TelegramCheck::check)
              .orElseGet(() -> ok("set up, and not run yet")));
    } catch (SupervisorException | AccessException e) {
      return Optional.of(
          new Check(SUBJECT, Outcome.WARNING, String.valueOf(e.getMessage()), "as it says"));
    }
  }

  private static Check check(TelegramStatus status) {
    return switch (status.phase()) {
      case STARTING -> ok("starting");
      case RUNNING -> ok("hears what people write");
      case ENDED -> ok("set up; it runs while a supervisor does");
      case WAITING ->
          new Check(SUBJECT, Outcome.WARNING, status.sentence(), "wait; it tries again by itself");
      case STOPPED -> new Check(SUBJECT, Outcome.WARNING, status.sentence(), "as it says");
    };
  }

  private static Check ok(String found) {
    return new Check(SUBJECT, Outcome.OK, found, "");
  }
}
