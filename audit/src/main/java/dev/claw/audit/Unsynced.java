package dev.claw.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Records that are written and not yet on the disk: the end of this process does not lose them, the
 * end of the machine may.
 */
public final class Unsynced implements AutoCloseable {
  private final Path log;
  private final FileChannel channel;
  private final Disk disk;

  Unsynced(Path log, FileChannel channel, Disk disk) {
    this.log = log;
    this.channel = channel;
    this.disk = disk;
  }

  /**
   * Brings them to the disk. Others may append meanwhile.
   *
   * @throws AuditException if it is not certain that they are there; they are not taken back, since
   *     what they announce may have been done
   */
  public void sync() throws AuditException {
    try {
      disk.force(channel);
    } catch (IOException e) {
      throw new AuditException(
          log + ": what was recorded could not be brought to the disk: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // What was written is with the kernel, and a sync has said whether it is on the disk.
    }
  }
}
