package dev.claw.supervisor;

import dev.claw.lock.AtomicFile;
import dev.claw.lock.PrivateFile;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/**
 * Reading and writing of files in the state folder: bounded, never through a link, with errors that
 * say what to do.
 */
final class StateFiles {
  private StateFiles() {}

  static byte[] read(Path file, int limit) throws SupervisorException {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      // To open a pipe would wait for whoever writes into it.
      throw new SupervisorException(
          Reason.STATE, file + ": expected a file, found a pipe, socket or device");
    }
    try (FileChannel channel =
            FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        InputStream in = Channels.newInputStream(channel)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new SupervisorException(
            Reason.STATE, file + ": expected at most " + limit + " bytes, found more");
      }
      return bytes;
    } catch (IOException e) {
      String what =
          Files.isSymbolicLink(file) || e instanceof FileSystemLoopException
              ? "expected a file, found a link"
              : "can't be read: " + Failures.describe(e);
      throw new SupervisorException(Reason.STATE, file + ": " + what, e);
    }
  }

  /** What {@link #read} said of a file, for a sentence that names the file already. */
  static String withoutSubject(Path file, SupervisorException e) {
    String message = String.valueOf(e.getMessage());
    String subject = file + ": ";
    return message.startsWith(subject) ? message.substring(subject.length()) : message;
  }

  static void replace(Path file, String text) throws SupervisorException {
    replace(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same, but a file that holds this already is left alone: whatever shows it, such as a mount,
   * then goes on showing the file that stands there.
   */
  static void keep(Path file, String text) throws SupervisorException {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (Arrays.equals(PrivateFile.read(file, wanted.length), wanted)) {
        return;
      }
    } catch (IOException e) {
      // Missing, a link, larger or open to others: written again below.
    }
    replace(file, wanted);
  }

  static void replace(Path file, byte[] bytes) throws SupervisorException {
    try {
      AtomicFile.replace(file, bytes);
    } catch (IOException e) {
      throw new SupervisorException(Reason.STATE, e.getMessage() + "; nothing was changed", e);
    }
  }

  /** Forces a folder's entries to disk, so that a rename in it outlives a power cut. */
  static void sync(Path folder) throws SupervisorException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, folder + ": can't be forced to disk: " + Failures.describe(e), e);
    }
  }

  /** Removes a file; done also where there is none. */
  static void delete(Path file) throws SupervisorException {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, file + ": can't be removed: " + Failures.describe(e), e);
    }
  }
}
