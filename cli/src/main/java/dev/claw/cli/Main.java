package dev.claw.cli;

/** The entry point of the {@code claw} launcher. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    Surroundings surroundings = Surroundings.ofProcess();
    int status;
    // Neither the parser nor anything behind it is loaded for the one line that scripts ask for
    // most.
    if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
      surroundings.out().println("claw " + ClawVersion.text());
      status = ExitCode.DONE.status();
    } else {
      status = new CommandRunner(surroundings, Interruption.install()).run(arguments);
    }
    if (surroundings.out().checkError()
        && status == ExitCode.DONE.status()
        && !StandardStreams.isPipe(1)) {
      // A reader that goes away early, as 'head' does, has what it wants; a full disk has not.
      surroundings
          .err()
          .println(
              "claw: standard output: not all of it could be written; look at what it goes to, such"
                  + " as a disk without space, and run the command again if it only shows something");
      status = ExitCode.FAILED.status();
    }
    surroundings.err().flush();
    // Not a return: the backend's client may have left a thread that would keep the process.
    Runtime.getRuntime().halt(status);
  }
}
