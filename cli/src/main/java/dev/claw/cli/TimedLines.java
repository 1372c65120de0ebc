package dev.claw.cli;

import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/** What a process that stays says, on standard error, each line behind the time. */
record TimedLines(Claw claw) implements Consumer<String> {
  @Override
  public void accept(String line) {
    claw.err()
        .println(
            claw.surroundings().clock().instant().truncatedTo(ChronoUnit.MILLIS)
                + " "
                + TerminalText.visible(line));
  }
}
