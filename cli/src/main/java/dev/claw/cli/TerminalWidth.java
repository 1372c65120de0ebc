package dev.claw.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many columns the terminal has: by COLUMNS, by what it says itself, or 80. */
final class TerminalWidth {
  private static final int USUAL = 80;
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,4}");
  private static final Pattern SIZE = Pattern.compile("[0-9]{1,5} ([1-9][0-9]{0,4})\\s*");

  private TerminalWidth() {}

  static int of(Surroundings surroundings) throws InterruptedException {
    String chosen = surroundings.variable("COLUMNS");
    if (NUMBER.matcher(chosen).matches()) {
      return Integer.parseInt(chosen);
    }
    return surroundings.inIsTerminal() ? asked() : USUAL;
  }

  private static int asked() throws InterruptedException {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(stty.getInputStream().readNBytes(64), StandardCharsets.US_ASCII);
      Matcher size = SIZE.matcher(said);
      if (stty.waitFor() == 0 && size.matches()) {
        return Integer.parseInt(size.group(1));
      }
    } catch (IOException e) {
      // no stty here
    }
    return USUAL;
  }
}
