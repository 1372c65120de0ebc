package dev.claw.supervisor;

import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The right of one claw process to change one agent. The kernel takes it back when the process
 * ends, however it ends; the file that it hangs on stays, since removing it would let two processes
 * hold it at once.
 */
final class AgentLease implements AutoCloseable {
  // The kernel lets go of a process's locks on a file when any channel to that file is closed, so a
  // thread that waits must not even open it. One entry for each agent that this process ever
  // changed; never removed, so that no two can exist.
  private static final ConcurrentMap<Path, Semaphore> IN_PROCESS = new ConcurrentHashMap<>();

  /** Two claws at once are normal, and most acts are over in a second or two. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Semaphore thread;
  private final FileChannel channel;

  private AgentLease(Semaphore thread, FileChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /**
   * Takes the lease, waiting a while for another process that has it.
   *
   * @throws SupervisorException CONFLICT where another process keeps it
   */
  static AgentLease take(ClawHome home, AgentName name) throws SupervisorException {
    return take(home, name, PATIENCE);
  }

  /** The same with another patience. */
  static AgentLease take(ClawHome home, AgentName name, Duration patience)
      throws SupervisorException {
    long deadline = System.nanoTime() + patience.toNanos();
    Path file = home.agents().resolve("." + name + ".lease");
    Semaphore thread = IN_PROCESS.computeIfAbsent(file, path -> new Semaphore(1));
    try {
      if (!thread.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw taken(name);
      }
    } catch (InterruptedException e) {
      throw interrupted(name, e);
    }
    boolean held = false;
    try {
      AgentLease lease = new AgentLease(thread, locked(file, name, deadline));
      held = true;
      return lease;
    } finally {
      if (!held) {
        thread.release();
      }
    }
  }

  private static FileChannel locked(Path file, AgentName name, long deadline)
      throws SupervisorException {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      while (channel.tryLock() == null) {
        if (System.nanoTime() - deadline > 0) {
          closeQuietly(channel);
          throw taken(name);
        }
        Thread.sleep(PAUSE);
      }
      return channel;
    } catch (InterruptedException e) {
      closeQuietly(channel);
      throw interrupted(name, e);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new SupervisorException(
          Reason.STATE, file + ": can't be locked: " + Failures.describe(e), e);
    }
  }

  private static SupervisorException taken(AgentName name) {
    return new SupervisorException(
        Reason.CONFLICT, name + ": another claw is changing this agent; try again when it is done");
  }

  private static SupervisorException interrupted(AgentName name, InterruptedException e) {
    return new SupervisorException(
        Reason.INTERRUPTED, name + ": broken off; nothing was changed", e);
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
    if (channel.isOpen()) {
      closeQuietly(channel);
      thread.release();
    }
  }
}
