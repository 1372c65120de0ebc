package dev.claw.supervisor.resident;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The file that the resident process writes to when it has no terminal. */
final class LogFile {
  /** Once longer than this it becomes the earlier one, of which there is one. */
  private static final long LONGEST = 1 << 20;

  private LogFile() {}

  static void prepare(Path log) throws IOException {
    trim(log);
    if (!Files.exists(log, LinkOption.NOFOLLOW_LINKS)) {
      Files.createFile(
          log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else if (!Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(log + " is no file; move it away");
    }
  }

  /**
   * Makes the earlier one of a file that has become too long. It is copied and emptied in place:
   * whoever has it open to append, such as the process's own standard error, goes on in it.
   */
  static void trim(Path log) throws IOException {
    if (!Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS) || Files.size(log) <= LONGEST) {
      return;
    }
    Path earlier = log.resolveSibling(log.getFileName() + ".1");
    Path copy = log.resolveSibling(log.getFileName() + ".new");
    Files.copy(log, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    Files.move(copy, earlier, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel file =
        FileChannel.open(log, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      file.truncate(0);
    }
  }
}
