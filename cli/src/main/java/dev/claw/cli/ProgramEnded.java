package dev.claw.cli;

/** A program inside a container ended with an exit code of its own, which becomes claw's. */
final class ProgramEnded extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  ProgramEnded(int status) {
    super(null, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }
}
