package dev.claw.cli;

import dev.claw.supervisor.Progress;

/** What a service is about, on a line of standard error each; silence where nobody watches. */
final class ProgressLine implements Progress {
  private final Claw claw;

  ProgressLine(Claw claw) {
    this.claw = claw;
  }

  @Override
  public void step(String step) {
    if (claw.surroundings().errIsTerminal()) {
      claw.err().println("… " + step);
    }
  }
}
