package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The folder that dies with the login, and the locks in it by which claws take turns. */
final class RuntimeFolder {
  private final Path path;

  RuntimeFolder(Path path) {
    this.path = path;
  }

  /** A lock that is held until it is closed, or until the process ends in whatever way. */
  record Held(FileChannel file) implements AutoCloseable {
    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException e) {
        // the lock is let go at the latest when the process ends
      }
    }
  }

  /** Waits for the lock of this name. */
  Held lock(String name, Deadline deadline) throws BackendException {
    try {
      makePrivate();
      FileChannel file =
          FileChannel.open(
              path.resolve(name),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
      try {
        while (tryLock(file) == null) {
          if (deadline.isOver()) {
            throw new BackendException(
                Kind.TIMEOUT,
                path.resolve(name)
                    + ": expected another claw to be done with it by now; look for it with"
                    + " `pgrep -u $USER -af claw`, and try again");
          }
          Thread.sleep(20);
        }
        return new Held(file);
      } catch (BackendException | IOException | InterruptedException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw new BackendException(
          Kind.UNAVAILABLE,
          path
              + ": expected a folder that only you can use, found: "
              + Quoted.visible(String.valueOf(e.getMessage()))
              + "; check XDG_RUNTIME_DIR",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BackendException(Kind.INTERRUPTED, path.resolve(name) + ": interrupted", e);
    }
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  private void makePrivate() throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Object owner = Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!Objects.equals(owner, Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      throw new IOException("it belongs to uid " + owner);
    }
    Set<PosixFilePermission> open = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
    if (!PosixFilePermissions.fromString("rwx------").containsAll(open)) {
      throw new IOException("others can enter it (chmod 700 mends that)");
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another thread of this process has it
    }
  }
}
