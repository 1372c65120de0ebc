package dev.claw.supervisor;

import dev.claw.access.TelegramSettings;
import dev.claw.lock.PrivateFile;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** {@code secrets/telegram.toml}, 0600: the bot by which people reach agents. */
public final class TelegramFile {
  private final Host host;

  public TelegramFile(Host host) {
    this.host = host;
  }

  private Path file() {
    return host.home().secrets().resolve("telegram.toml");
  }

  /** Whether a bot is set up; whether its settings hold is not looked at. */
  public boolean exists() {
    return Files.exists(file(), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The settings; empty where no bot is set up.
   *
   * @throws SupervisorException STATE where the file is not as it should be; the message names file
   *     and line, and never holds the bot's token
   */
  public Optional<TelegramSettings> find() throws SupervisorException {
    host.home().verify();
    String next = "; run 'claw access setup telegram' again";
    try {
      byte[] bytes = PrivateFile.read(file(), TelegramSettings.LARGEST);
      return Optional.of(TelegramSettings.parse(new String(bytes, StandardCharsets.UTF_8)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new SupervisorException(Reason.STATE, e.getMessage() + next, e);
    } catch (InvalidValueException e) {
      throw new SupervisorException(Reason.STATE, file() + ":" + e.getMessage() + next, e);
    }
  }

  /**
   * The settings.
   *
   * @throws SupervisorException NOT_FOUND where no bot is set up; else see {@link #find}
   */
  public TelegramSettings get() throws SupervisorException {
    return find().orElseThrow(TelegramFile::notSetUp);
  }

  /** Writes the settings; the bot's name and where its API is are on record. */
  public void replace(TelegramSettings settings) throws SupervisorException, BackendException {
    host.home().verify();
    host.journal()
        .onHost(
            "access.setup",
            null,
            Map.of("service", "telegram", "bot", settings.user(), "api", settings.api().toString()),
            () -> {
              StateFiles.replace(file(), settings.text());
              return settings;
            });
  }

  /**
   * Removes the settings, with the token; who is paired stays. Settings that can't be read are
   * removed too.
   *
   * @return the bot's user name; empty where it can't be read
   * @throws SupervisorException NOT_FOUND where no bot is set up
   */
  public Optional<String> remove() throws SupervisorException, BackendException {
    host.home().verify();
    if (!exists()) {
      throw notSetUp();
    }
    Optional<String> bot = user();
    return host.journal()
        .onHost(
            "access.setup.remove",
            null,
            Map.of("service", "telegram", "bot", bot.orElse("")),
            () -> {
              StateFiles.delete(file());
              StateFiles.sync(host.home().secrets());
              return bot;
            });
  }

  private Optional<String> user() {
    try {
      return find().map(TelegramSettings::user);
    } catch (SupervisorException e) {
      return Optional.empty();
    }
  }

  private static SupervisorException notSetUp() {
    return new SupervisorException(
        Reason.NOT_FOUND, "telegram: no bot is set up; run 'claw access setup telegram'");
  }
}
