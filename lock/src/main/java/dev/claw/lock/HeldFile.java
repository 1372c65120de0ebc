package dev.claw.lock;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock file, held: no other process and no other thread of this one holds it until it is closed,
 * by the thread that opened it. The kernel lets go of it when the process ends, however it ends.
 */
public final class HeldFile implements AutoCloseable {
  // The kernel's lock belongs to the process, and so must what keeps its threads apart. One entry
  // for each lock file that this process ever held; never removed, so that no two can exist.
  private static final ConcurrentMap<Path, ReentrantLock> IN_PROCESS = new ConcurrentHashMap<>();

  private final ReentrantLock thread;
  private final FileChannel channel;
  private final FileLock lock;

  private HeldFile(ReentrantLock thread, FileChannel channel, FileLock lock) {
    this.thread = thread;
    this.channel = channel;
    this.lock = lock;
  }

  /** Waits until nobody else holds the file; makes it, with mode 0600, where there is none. */
  public static HeldFile open(Path file) throws IOException {
    Path key = file.toAbsolutePath().normalize();
    ReentrantLock thread = IN_PROCESS.computeIfAbsent(key, path -> new ReentrantLock());
    thread.lock();
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return new HeldFile(thread, channel, channel.lock());
    } catch (IOException | RuntimeException | Error e) {
      try {
        if (channel != null) {
          channel.close();
        }
      } finally {
        thread.unlock();
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      lock.release();
    } finally {
      thread.unlock();
    }
  }
}
