package dev.claw.cli;

import dev.claw.access.AccessException;
import dev.claw.access.TelegramSettings;
import dev.claw.access.telegram.BotEndpoint;
import dev.claw.access.telegram.BotIdentity;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SupervisorException;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Sets up the bot by which people reach claw from a chat, or another in its place. The token that BotFather gave"
          + " you is read without echo from the terminal, or from standard input, tried, and kept in"
          + " secrets/telegram.toml, which only you can read.",
      "It never stands on a command line, in a log or in the record. Pairings stay as they are.",
      "With --remove the bot is turned off and its token removed from this machine; the token itself stays good until"
          + " BotFather revokes it."
    })
final class AccessSetupCommand implements Callable<ExitCode> {
  /** Well-formed and nobody's: an address is checked before a token is asked for. */
  private static final String NO_TOKEN = "0:" + "0".repeat(35);

  private final Claw claw;

  @Mixin private ServiceArgument service = new ServiceArgument();

  @Option(
      names = "--api",
      paramLabel = "URL",
      description =
          "Where the Bot API is served; plain http only on this machine. Default:"
              + " https://api.telegram.org.")
  private @Nullable String api;

  @Option(names = "--remove", description = "Turn the bot off and remove its token.")
  private boolean remove;

  AccessSetupCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    service.check();
    if (remove) {
      remove();
    } else {
      setUp(api == null ? TelegramSettings.API.toString() : api);
    }
    return ExitCode.DONE;
  }

  private void remove() throws Exception {
    if (api != null) {
      throw new CliException(
          ExitCode.USAGE, "access setup: expected --api or --remove, found both");
    }
    Optional<String> bot = removed();
    String name = bot.map(user -> "@" + user).orElse("the bot");
    try {
      claw.supervisor().lookAtChatIfRunning();
    } catch (SupervisorException e) {
      claw.err()
          .println(
              "claw: the supervisor could not be told, and ends the bot within a minute: "
                  + e.getMessage());
    }
    claw.err()
        .println(
            name
                + " is turned off and its token removed; pairings stay: 'claw access list telegram' shows them,"
                + " 'claw access revoke' ends them\nnext: /revoke at BotFather, if nobody shall use the token again");
  }

  private Optional<String> removed() throws Exception {
    try {
      return claw.telegramFile().remove();
    } catch (SupervisorException e) {
      if (e.reason() != SupervisorException.Reason.NOT_FOUND) {
        throw e;
      }
      throw new CliException(
          ExitCode.NOT_FOUND, "access setup: no bot is set up, so there is nothing to remove", e);
    }
  }

  private void setUp(String api) throws Exception {
    try {
      URI base = TelegramSettings.of(NO_TOKEN, "nobody", api).api();
      String token = SecretInput.read(claw.surroundings());
      BotIdentity bot = identity(BotEndpoint.of(base, token));
      claw.telegramFile().replace(TelegramSettings.of(token, bot.userName(), api));
      runIt();
      claw.err()
          .println(
              "the bot is @"
                  + bot.userName()
                  + " ("
                  + TerminalText.visible(bot.displayName())
                  + ")\nnext: claw access pair telegram AGENT --role operator");
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "access setup: " + e.getMessage(), e);
    }
  }

  /** What the service says is no fault of the state folder. */
  private static BotIdentity identity(BotEndpoint endpoint)
      throws CliException, InterruptedException {
    try {
      return BotIdentity.of(endpoint);
    } catch (AccessException e) {
      throw new CliException(ExitCode.FAILED, "access setup: " + e.getMessage(), e);
    }
  }

  /** The bot is set up all the same where nobody runs it yet. */
  private void runIt() {
    try {
      claw.supervisor().lookAtChat();
    } catch (SupervisorException e) {
      claw.err().println("claw: nobody runs the bot yet: " + e.getMessage());
    }
  }
}
