package dev.claw.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A question that only a person at a terminal answers. */
final class Confirmation {
  private Confirmation() {}

  /**
   * Goes on only after a yes.
   *
   * @param instead the option that answers beforehand
   */
  static void ask(Claw claw, String question, String instead) throws CliException, IOException {
    if (!claw.surroundings().inIsTerminal()) {
      throw new CliException(
          ExitCode.USAGE, "standard input is no terminal to ask on; say " + instead + " to go on");
    }
    claw.err().print(question + " [y/N] ");
    claw.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(claw.surroundings().in(), StandardCharsets.UTF_8))
            .readLine();
    if (answer == null || !(answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"))) {
      throw new CliException(ExitCode.INTERRUPTED, "not confirmed; nothing was done");
    }
  }
}
