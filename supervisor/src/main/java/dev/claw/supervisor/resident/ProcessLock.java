package dev.claw.supervisor.resident;

import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * One resident process a state folder: the kernel lets go of this when it ends, however it ends.
 */
final class ProcessLock implements AutoCloseable {
  private final FileChannel file;

  private ProcessLock(FileChannel file) {
    this.file = file;
  }

  /**
   * @throws SupervisorException CONFLICT where another process has it
   */
  static ProcessLock take(Path path) throws SupervisorException {
    try {
      FileChannel file = open(path);
      if (!lock(file)) {
        file.close();
        throw new SupervisorException(
            Reason.CONFLICT,
            "a supervisor runs already for this state folder; see 'claw supervisor status'");
      }
      return new ProcessLock(file);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, path + ": can't be locked: " + e.getMessage() + "; check its folder", e);
    }
  }

  /** Whether some process has it now. */
  static boolean isTaken(Path path) {
    try (FileChannel file = open(path)) {
      return !lock(file);
    } catch (IOException e) {
      return false;
    }
  }

  /** Locks the file, unless another process or another thread of this one has done so. */
  private static boolean lock(FileChannel file) throws IOException {
    try {
      return file.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(
        path,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // The process is about to end, and the kernel lets go of it then.
    }
  }
}
