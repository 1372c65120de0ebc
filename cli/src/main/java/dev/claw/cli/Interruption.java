package dev.claw.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGINT and SIGTERM into an interrupt of the command's thread, and gives it time to undo and
 * record what it was about; a service that is interrupted ends with a reason of its own. A second
 * signal does not wait: the JVM is then already shutting down and the shell's SIGKILL is next.
 */
final class Interruption {
  private static final long SECONDS_TO_UNDO = 30;
  private static final CountDownLatch DONE = new CountDownLatch(1);

  private Interruption() {}

  static void install() {
    Thread command = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  command.interrupt();
                  try {
                    if (!DONE.await(SECONDS_TO_UNDO, TimeUnit.SECONDS)) {
                      System.err.println(
                          "claw: gave up waiting for the command to undo what it began");
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "interruption"));
  }

  static void finished() {
    DONE.countDown();
  }
}
