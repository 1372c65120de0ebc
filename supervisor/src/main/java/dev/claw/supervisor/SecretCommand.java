package dev.claw.supervisor;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a program of the operator's that prints a secret: no shell, no input, bounded. */
final class SecretCommand {
  private static final int LONGEST_ERROR = 1024;

  private final Map<String, String> environment;
  private final Path folder;
  private final Duration limit;

  /**
   * @param folder in which it runs
   */
  SecretCommand(Map<String, String> environment, Path folder, Duration limit) {
    this.environment = environment;
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * What it prints, as {@link SecretText#value(byte[])} takes it.
   *
   * @param subject what an error begins with
   */
  String run(String subject, List<String> words) throws SupervisorException {
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException | IllegalArgumentException e) {
      throw failed(subject + "can't be run: " + Quoted.of(String.valueOf(e.getMessage())));
    }
    try {
      return outcome(subject, process);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private String outcome(String subject, Process process) throws SupervisorException {
    CompletableFuture<byte[]> out = reading(process.getInputStream(), SecretText.LARGEST + 3);
    CompletableFuture<byte[]> err = reading(process.getErrorStream(), LONGEST_ERROR);
    try {
      // Both until their end, which is no later than that of whoever holds the streams.
      byte[] printed = out.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (printed.length > SecretText.LARGEST + 2) {
        throw failed(subject + "printed more than 64 KiB");
      }
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw tooSlow(subject);
      }
      if (process.exitValue() != 0) {
        String said =
            new String(
                    err.completeOnTimeout(new byte[0], 10, TimeUnit.SECONDS).get(),
                    StandardCharsets.UTF_8)
                .strip();
        throw failed(
            subject
                + "ended with status "
                + process.exitValue()
                + (said.isEmpty() ? "" : ": " + Quoted.of(said)));
      }
      return SecretText.value(printed);
    } catch (InvalidValueException e) {
      throw failed(subject + "printed no secret: " + e.getMessage());
    } catch (TimeoutException e) {
      throw tooSlow(subject);
    } catch (ExecutionException e) {
      throw failed(subject + "can't be read");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SupervisorException(Reason.INTERRUPTED, subject + "was broken off", e);
    }
  }

  private SupervisorException tooSlow(String subject) {
    return failed(
        subject
            + "did not end within "
            + limit.toSeconds()
            + " s; one that asks for a passphrase needs an agent that knows it");
  }

  private static SupervisorException failed(String message) {
    return new SupervisorException(Reason.FAILED, message);
  }

  private static CompletableFuture<byte[]> reading(InputStream from, int limit) {
    CompletableFuture<byte[]> read = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (from) {
                read.complete(from.readNBytes(limit));
                // Else a program that says more than is kept would end by SIGPIPE.
                from.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                read.completeExceptionally(e);
              }
            });
    return read;
  }
}
