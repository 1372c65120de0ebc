package dev.claw.supervisor.resident;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.PrivateFile;
import dev.claw.lock.StrictJson;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * One resident process a state folder, in which the file stands: the kernel lets go of this when it
 * ends, however it ends. What the file says is who has it, or had it last.
 *
 * <p>Two bytes are locked. Who wants to be the process takes the first; that it runs shows the
 * second, so that a mere question never stands in the way of a process that starts.
 */
final class ProcessLock implements AutoCloseable {
  private static final int LONGEST = 4096;
  private static final long PROCESS = 0;
  private static final long SHOWN = 1;

  private final FileChannel file;
  private final Optional<Holder> before;

  private ProcessLock(FileChannel file, Optional<Holder> before) {
    this.file = file;
    this.before = before;
  }

  /**
   * Who has the lock.
   *
   * @param control its control socket
   */
  record Holder(long pid, Path control) {}

  /**
   * Takes it and says in the file who has it.
   *
   * @throws SupervisorException CONFLICT where another process has it
   */
  static ProcessLock take(Path path, Holder self) throws SupervisorException {
    try {
      FileChannel file =
          FileChannel.open(
              path,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try {
        // Not by opening it again: closing any descriptor of a file lets go of all locks
        // (fcntl(2)).
        Optional<Holder> holder = read(file);
        if (lock(file, PROCESS).isEmpty()) {
          throw new SupervisorException(Reason.CONFLICT, "a supervisor runs already" + who(holder));
        }
        show(file);
        write(file, self);
        return new ProcessLock(file, holder);
      } catch (IOException | SupervisorException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, path + ": can't be locked: " + e.getMessage() + "; check its folder", e);
    }
  }

  private static String who(Optional<Holder> holder) {
    return " for this state folder"
        + holder
            .map(known -> ", pid " + known.pid() + ", and answers at " + known.control())
            .orElse("")
        + "; see 'claw supervisor status'";
  }

  /** Who had it before, and may have been killed. */
  Optional<Holder> before() {
    return before;
  }

  /** Whether some process has it now. Not to be asked by a process that has it. */
  static boolean isTaken(Path path) {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      return lock(file, SHOWN).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** Who has it, or had it last; nothing where the file is not as claw writes it. */
  static Optional<Holder> holder(Path path) {
    try {
      return parse(PrivateFile.read(path, LONGEST));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Holder> read(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
      // until its end
    }
    byte[] found = new byte[bytes.flip().remaining()];
    bytes.get(found);
    return parse(found);
  }

  private static Optional<Holder> parse(byte[] bytes) {
    try {
      JsonFields fields = JsonFields.of(StrictJson.parse(bytes, LONGEST), "", "pid", "socket");
      Path control = Path.of(fields.text("socket"));
      return control.isAbsolute() && control.equals(control.normalize())
          ? Optional.of(new Holder(fields.integer("pid", 1, Integer.MAX_VALUE), control))
          : Optional.empty();
    } catch (JsonException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void write(FileChannel file, Holder self) throws IOException {
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(
              CanonicalJson.bytes(
                  JsonNodeFactory.instance
                      .objectNode()
                      .put("pid", self.pid())
                      .put("socket", self.control().toString())));
      file.truncate(0);
      while (bytes.hasRemaining()) {
        file.write(bytes, bytes.position());
      }
    } catch (JsonException e) {
      throw new IOException(self.control() + " can't be written down", e);
    }
  }

  /** Who asks has this byte for an instant only. */
  private static void show(FileChannel file) throws IOException {
    while (true) {
      try {
        var _ = file.lock(SHOWN, 1, false);
        return;
      } catch (OverlappingFileLockException e) {
        Thread.onSpinWait(); // another thread of this process asks
      }
    }
  }

  /** Locks a byte, unless another process or another thread of this one has done so. */
  private static Optional<FileLock> lock(FileChannel file, long at) throws IOException {
    try {
      return Optional.ofNullable(file.tryLock(at, 1, false));
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    }
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
