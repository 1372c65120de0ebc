package dev.claw.cli;

/**
 * How far something with numbered steps is: a bar that is drawn anew on a terminal, a line a step
 * elsewhere.
 */
final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 24;

  private final Claw claw;
  private final boolean fancy;

  ProgressBar(Claw claw) {
    this.claw = claw;
    this.fancy = claw.surroundings().fancy();
  }

  void step(int number, int of, String text) {
    if (!fancy) {
      claw.err().println("[" + number + "/" + of + "] " + TerminalText.visible(text));
      return;
    }
    int done = WIDTH * (number - 1) / of;
    claw.err()
        .print(
            "\r["
                + "=".repeat(done)
                + " ".repeat(WIDTH - done)
                + "] "
                + number
                + "/"
                + of
                + " "
                + TerminalText.visible(text)
                + "\u001b[K");
    claw.err().flush();
  }

  @Override
  public void close() {
    if (fancy) {
      claw.err().print("\r\u001b[K");
      claw.err().flush();
    }
  }
}
