package dev.claw.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A program that runs; what it prints is collected while it does. */
final class RunningCommand implements AutoCloseable {
  /** Long enough for a slow machine; whoever takes longer hangs. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final List<String> words;
  private final Process process;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Thread outReader;
  private final Thread errReader;

  RunningCommand(List<String> words, Process process) {
    this.words = words;
    this.process = process;
    this.outReader = collect(process.getInputStream(), out);
    this.errReader = collect(process.getErrorStream(), err);
  }

  private static Thread collect(InputStream from, ByteArrayOutputStream to) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                from.transferTo(to);
              } catch (IOException e) {
                // It was killed; what it had printed until then is there.
              }
            });
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void write(String text) {
    try {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      // It ended without reading, which is its right.
    }
  }

  void closeInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // As above.
    }
  }

  /** Sends a signal to this one process. */
  void signal(String name) {
    Command.of("kill", "-" + name, Long.toString(process.pid())).run();
  }

  /**
   * Waits for something to come true while the program runs.
   *
   * @throws AssertionError where it ends first or never gets there
   */
  void await(String what, BooleanSupplier condition) {
    if (!comesTrue(condition)) {
      CommandResult sofar = new CommandResult(words, process.isAlive() ? -1 : 0, out(), err());
      process.destroyForcibly();
      throw new AssertionError("waited for: " + what + "\n" + sofar);
    }
  }

  /** Whether it comes true before the program ends. */
  boolean comesTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        return condition.getAsBoolean();
      }
      Thread.onSpinWait();
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Waits for its end. */
  CommandResult result() {
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("did not end\n" + new CommandResult(words, -1, out(), err()));
      }
      // Whoever inherited the streams may hold them open; what this program wrote is there by then.
      outReader.join(Duration.ofSeconds(5));
      errReader.join(Duration.ofSeconds(5));
      return new CommandResult(words, process.exitValue(), out(), err());
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // What could not be written is still there to be written.
    }
  }
}
