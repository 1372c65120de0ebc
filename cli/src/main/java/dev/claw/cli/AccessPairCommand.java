package dev.claw.cli;

import dev.claw.access.AccessException;
import dev.claw.access.AgentRef;
import dev.claw.access.Invitation;
import dev.claw.access.Invitations;
import dev.claw.access.PairingListener;
import dev.claw.access.Role;
import dev.claw.access.TelegramSettings;
import dev.claw.supervisor.ChatAccess;
import dev.claw.supervisor.SupervisorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Invites a person to act on an agent from a chat: prints a link and its QR code, which are good once and for a"
          + " short time, and waits. When somebody opens the link it asks whether to let them in. Nobody is let in"
          + " without that yes, or a 'claw access confirm'.",
      "Ctrl-C makes the link void. So does a second person who opens it. Without a terminal it asks nothing and waits"
          + " for 'claw access confirm'.",
      RoleText.MEANING
    })
final class AccessPairCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private ChatAgentArgument agent = new ChatAgentArgument();

  @Option(
      names = "--role",
      required = true,
      paramLabel = "ROLE",
      description = "viewer, operator or admin.")
  private String role = "";

  @Option(
      names = "--expires",
      paramLabel = "SECONDS",
      description = "For how long the link is good, from 1 to 86400. Default: ${DEFAULT-VALUE}.")
  private long seconds = 120;

  @Option(names = "--no-qr", description = "Print the link alone.")
  private boolean noCode;

  @Option(
      names = "--png",
      paramLabel = "FILE",
      description = "Also write the QR code as a picture that only you can read.")
  private Optional<String> picture = Optional.empty();

  @Option(
      names = {"-f", "--force"},
      description = "Replace FILE where it is there already.")
  private boolean force;

  AccessPairCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    Role wanted = RoleText.parse(role);
    Duration time = time();
    ChatAccess access = claw.chatAccess();
    AgentRef found = access.agent(agent.name());
    TelegramSettings bot = claw.telegramFile().get();
    Optional<Path> file = file();
    Invitations invitations = access.invitations(PairingListener.NOBODY);
    Invitation invitation =
        invitations.invite(claw.actor(), found, wanted, time, new SecureRandom());
    PairingWait wait = new PairingWait(claw, invitation);
    try {
      PairingLink link = new PairingLink(claw, bot, invitation.token());
      if (file.isPresent()) {
        link.write(file.get());
        claw.err().println("wrote " + TerminalText.visible(file.get().toString()));
      }
      link.show(!noCode);
      return wait.run();
    } finally {
      if (!wait.isOver()) {
        withdraw(invitations, invitation);
      }
    }
  }

  private Duration time() throws CliException {
    Duration time = Duration.ofSeconds(Math.clamp(seconds, -1, 1_000_000));
    if (time.compareTo(Invitations.SHORTEST) < 0 || time.compareTo(Invitations.LONGEST) > 0) {
      throw new CliException(
          ExitCode.USAGE, "--expires: expected 1 to 86400 seconds, found " + seconds);
    }
    return time;
  }

  /** Before anything is given out: a picture that can't be written is no reason for a token. */
  private Optional<Path> file() throws CliException {
    Optional<Path> file = picture.map(claw.surroundings().workingFolder()::resolve);
    if (file.isPresent() && !force && Files.exists(file.get(), LinkOption.NOFOLLOW_LINKS)) {
      throw new CliException(
          ExitCode.CONFLICT,
          "--png: "
              + TerminalText.visible(file.get().toString())
              + " is there already; name another file or add --force");
    }
    return file;
  }

  /** Whatever broke it off, a link that nobody waits for is good for nothing. */
  private void withdraw(Invitations invitations, Invitation invitation) throws AccessException {
    boolean interrupted = Thread.interrupted(); // what follows has to be done all the same
    try {
      var _ = claw.supervisor().refusePairing(invitation.token().hash(), "broken off");
    } catch (SupervisorException e) {
      // Then the person in the chat hears nothing of it; the link is void all the same.
      var _ = invitations.refuse(claw.actor(), invitation.token().hash(), "broken off");
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
