package dev.claw.cli;

import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SecretText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Reads a secret: from a terminal one line that it does not show, else all of standard input. The
 * terminal is told by {@code stty}: the JDK's console prompts on standard output, which is data.
 */
final class SecretInput {
  /** What a terminal holds of one line (N_TTY_BUF_SIZE); what is typed beyond it is lost. */
  private static final int LONGEST_LINE = 4095;

  private SecretInput() {}

  static String read(Surroundings surroundings)
      throws InvalidValueException, CliException, IOException, InterruptedException {
    return surroundings.inIsTerminal()
        ? SecretText.value(line(surroundings))
        : SecretText.value(surroundings.in().readNBytes(SecretText.LARGEST + 3));
  }

  private static byte[] line(Surroundings surroundings)
      throws CliException, IOException, InterruptedException {
    stty("-echo");
    try {
      surroundings.err().print("Value, not shown: ");
      surroundings.err().flush();
      // A read from a terminal knows no interrupt; so another thread waits in it.
      CompletableFuture<byte[]> typed = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  typed.complete(firstLine(surroundings.in()));
                } catch (IOException e) {
                  typed.completeExceptionally(e);
                }
              });
      byte[] line = typed.get();
      if (line.length >= LONGEST_LINE) {
        throw new CliException(
            ExitCode.USAGE,
            "secret: a terminal holds at most 4095 bytes of a line; pipe the value in");
      }
      return line;
    } catch (ExecutionException e) {
      throw new CliException(ExitCode.FAILED, "standard input: can't be read", e);
    } finally {
      surroundings.err().println();
      boolean interrupted = Thread.interrupted();
      stty("echo");
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static byte[] firstLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n' && line.size() <= LONGEST_LINE; b = in.read()) {
      line.write(b);
    }
    return line.toByteArray();
  }

  private static void stty(String setting) throws CliException, InterruptedException {
    try {
      int status =
          new ProcessBuilder("stty", setting)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (status == 0) {
        return;
      }
    } catch (IOException e) {
      // As where it fails: better no prompt than one that shows the secret.
    }
    throw new CliException(
        ExitCode.FAILED, "the terminal can't be told to show nothing by stty; pipe the value in");
  }
}
