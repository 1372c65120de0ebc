package dev.claw.supervisor;

import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The right of one claw process to change one agent. The kernel takes it back when the process
 * ends, however it ends; the file that it hangs on stays, since removing it would let two processes
 * hold it at once.
 */
final class AgentLease implements AutoCloseable {
  private final FileChannel channel;

  private AgentLease(FileChannel channel) {
    this.channel = channel;
  }

  /** Two claws at once are normal, and most acts are over in a second or two. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration PAUSE = Duration.ofMillis(50);

  /**
   * Takes the lease, waiting a while for another process that has it.
   *
   * @throws SupervisorException CONFLICT where another process keeps it
   */
  static AgentLease take(ClawHome home, AgentName name) throws SupervisorException {
    Path file = home.agents().resolve("." + name + ".lease");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!tryLock(channel)) {
        if (System.nanoTime() > deadline) {
          closeQuietly(channel);
          throw new SupervisorException(
              Reason.CONFLICT,
              name + ": another claw is changing this agent; try again when it is done");
        }
        Thread.sleep(PAUSE);
      }
      return new AgentLease(channel);
    } catch (InterruptedException e) {
      closeQuietly(channel);
      throw new SupervisorException(
          Reason.INTERRUPTED, name + ": broken off while another claw was changing it", e);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new SupervisorException(
          Reason.STATE, file + ": can't be locked: " + Failures.describe(e), e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another thread of this process has it
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The failure that led here is the one to report.
      }
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
