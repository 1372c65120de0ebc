package dev.claw.cli;

/** What the exit status of claw means; the same table stands on the man page. */
enum ExitCode {
  DONE(0, "done"),
  FAILED(1, "failed"),
  USAGE(2, "the command line is wrong"),
  REFUSED(3, "refused by policy"),
  NOT_FOUND(4, "no such agent, template, image or state folder"),
  DRIFT(5, "what is there differs from the lock, or a signature or the audit log does not verify"),
  BACKEND(6, "Podman is not there or an agent could not run"),
  CONFLICT(7, "something stands in the way, such as a name that is taken or an agent that runs"),
  STATE(
      8,
      "the state folder or the audit log is unsafe, damaged or can't be written; nothing was done"),
  INTERRUPTED(130, "broken off by the operator");

  private final int status;
  private final String meaning;

  ExitCode(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  int status() {
    return status;
  }

  String meaning() {
    return meaning;
  }
}
