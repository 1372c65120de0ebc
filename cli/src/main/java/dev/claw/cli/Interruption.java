package dev.claw.cli;

import java.time.Duration;

/**
 * Turns SIGINT and SIGTERM into an interrupt of the command's thread, and gives it time to undo and
 * record what it was about; a service that is interrupted ends with a reason of its own. A command
 * that only looks is ended at once. A second signal does not wait: the JVM is then already shutting
 * down and the shell's SIGKILL is next.
 */
final class Interruption {
  private static final Duration TO_UNDO = Duration.ofSeconds(30);

  private volatile boolean came;
  private volatile boolean nothingToUndo;

  /**
   * The command's thread is the one that calls. It must end the process by {@link Runtime#halt}:
   * were this hook to end before that, the process would end with the signal's status.
   */
  static Interruption install() {
    Interruption interruption = new Interruption();
    Thread command = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> interruption.end(command), "interruption"));
    return interruption;
  }

  private void end(Thread command) {
    if (nothingToUndo) {
      Runtime.getRuntime().halt(ExitCode.INTERRUPTED.status());
    }
    came = true;
    command.interrupt();
    try {
      if (!command.join(TO_UNDO)) {
        System.err.println("claw: gave up waiting for the command to undo what it began");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says that from now on the process can be ended at any moment. */
  void nothingToUndo() {
    nothingToUndo = true;
  }

  /** Whether a signal has come. */
  boolean came() {
    return came;
  }
}
