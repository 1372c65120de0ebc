package dev.claw.cli;

import dev.claw.access.HalfBlocks;
import dev.claw.access.PairingToken;
import dev.claw.access.QrCode;
import dev.claw.access.QrPicture;
import dev.claw.access.TelegramSettings;
import dev.claw.lock.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;

/** The link that a person opens to ask to be let in, in letters and as a QR code. */
final class PairingLink {
  private final Claw claw;
  private final String link;

  PairingLink(Claw claw, TelegramSettings bot, PairingToken token) {
    this.claw = claw;
    // https://core.telegram.org/bots/features#deep-linking
    this.link = "https://t.me/" + bot.user() + "?start=" + token.value();
  }

  /** Prints it; the code only where it can be scanned from. */
  void show(boolean code) throws InterruptedException {
    if (code && claw.surroundings().outIsTerminal()) {
      draw(QrCode.of(link));
    }
    claw.out().println(link);
    claw.out().flush();
  }

  private void draw(QrCode code) throws InterruptedException {
    if (!claw.out().charset().newEncoder().canEncode("█▀▄")) {
      claw.err().println("claw: no QR code: the terminal's character set has no blocks");
      return;
    }
    int width = TerminalWidth.of(claw.surroundings());
    if (width < code.size()) {
      claw.err()
          .println(
              "claw: no QR code: it needs "
                  + code.size()
                  + " columns, and the terminal has "
                  + width
                  + "; --png FILE writes one");
      return;
    }
    boolean colours = claw.surroundings().colours();
    (colours ? HalfBlocks.coloured(code) : HalfBlocks.plain(code)).forEach(claw.out()::println);
  }

  /** Writes it as a picture that only the operator can read. */
  void write(Path file) throws CliException {
    try {
      AtomicFile.replace(file, QrPicture.png(QrCode.of(link)));
    } catch (IOException e) {
      throw new CliException(ExitCode.FAILED, "--png: " + e.getMessage(), e);
    }
  }
}
