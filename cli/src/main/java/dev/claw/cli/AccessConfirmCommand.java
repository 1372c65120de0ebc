package dev.claw.cli;

import dev.claw.access.PairingToken;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Lets in whoever has shown a link of 'claw access pair', if it is the person with this number. Five wrong numbers"
          + " make the link void.",
      "The number is the one that /whoami shows in the person's own chat: ask for it by another way than that chat."
    })
final class AccessConfirmCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Mixin private ChatAgentArgument agent = new ChatAgentArgument();

  @Parameters(
      index = "2",
      paramLabel = "TOKEN",
      description =
          "What stands behind 'start=' in the link, or - to read it from the terminal without showing it, or from a"
              + " pipe: everybody on this machine sees a command line, and shells keep it.")
  private String token = "";

  @Option(
      names = "--telegram-user-id",
      required = true,
      paramLabel = "ID",
      description = "The person's number.")
  private String id = "";

  AccessConfirmCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    AgentName name = agent.name();
    long user = PersonText.parse("--telegram-user-id", id);
    PairingToken shown = read();
    claw.chatAccess().agent(name); // says where there is none
    return new PairingReport(claw, name)
        .report(claw.supervisor().confirmPairing(shown.hash(), Optional.of(name), user));
  }

  private PairingToken read() throws CliException, IOException, InterruptedException {
    try {
      return PairingToken.parse(
          token.equals("-") ? SecretInput.read(claw.surroundings()).strip() : token);
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "token: " + e.getMessage(), e);
    }
  }
}
