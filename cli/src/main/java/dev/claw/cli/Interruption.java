package dev.claw.cli;

import java.time.Duration;

/**
 * Turns SIGINT and SIGTERM into an interrupt of the command's thread, and gives it time to undo and
 * record what it was about; a service that is interrupted ends with a reason of its own. A second
 * signal does not wait: the JVM is then already shutting down and the shell's SIGKILL is next.
 */
final class Interruption {
  private static final Duration TO_UNDO = Duration.ofSeconds(30);

  private Interruption() {}

  /**
   * The command's thread is the one that calls. It must end the process by {@link Runtime#halt}:
   * were this hook to end before that, the process would end with the signal's status.
   */
  static void install() {
    Thread command = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  command.interrupt();
                  try {
                    if (!command.join(TO_UNDO)) {
                      System.err.println(
                          "claw: gave up waiting for the command to undo what it began");
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "interruption"));
  }
}
