package dev.claw.supervisor;

import dev.claw.audit.AuditException;
import dev.claw.audit.AuditTail;
import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Decisions about an agent's egress as they fell and fall, from its audit log. */
public final class EgressLog {
  /** Most entries of a look back, and most open connections that are remembered. */
  public static final int MOST = 100_000;

  private final Host host;

  public EgressLog(Host host) {
    this.host = host;
  }

  /** The last decisions, each with the bytes of its connection where that has ended. */
  public List<EgressEntry> last(AgentName name, int most) throws SupervisorException {
    Path log = new AuditLogs(host).chain(Optional.of(name)).path();
    return new Joined(Math.min(most, MOST)).read(new AuditTail(log));
  }

  /**
   * The last decisions, then those that fall, and the ends of connections, until the sink has had
   * enough or this thread is interrupted.
   */
  public void follow(AgentName name, int most, Predicate<EgressEntry> sink)
      throws SupervisorException, InterruptedException {
    Path log = new AuditLogs(host).chain(Optional.of(name)).path();
    Path folder = log.toAbsolutePath().getParent();
    if (folder == null) {
      throw new AssertionError(log);
    }
    try (WatchService watch = folder.getFileSystem().newWatchService()) {
      // Before the first look, so that nothing falls between the two.
      folder.register(
          watch, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
      AuditTail tail = new AuditTail(log);
      Joined joined = new Joined(Math.min(most, MOST));
      boolean more = joined.read(tail).stream().allMatch(sink);
      while (more) {
        WatchKey key = watch.take();
        key.pollEvents();
        more = read(tail, joined, sink) && key.reset();
      }
    } catch (SupervisorException e) {
      if (Thread.interrupted()) { // it closes the file that is being read
        throw new InterruptedException();
      }
      throw e;
    } catch (IOException | ClosedWatchServiceException e) {
      throw new SupervisorException(
          Reason.STATE, folder + ": can't be watched: " + e.getMessage(), e);
    }
  }

  private static boolean read(AuditTail tail, Joined joined, Predicate<EgressEntry> sink)
      throws SupervisorException {
    List<EgressEntry> fresh = new ArrayList<>();
    read(tail, entry -> joined.opened(entry).ifPresent(fresh::add));
    return fresh.stream().allMatch(sink);
  }

  static void read(AuditTail tail, java.util.function.Consumer<EgressEntry> sink)
      throws SupervisorException {
    try {
      tail.read(record -> EgressEntry.of(record).ifPresent(sink));
    } catch (AuditException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Which connection opened with which decision; a bound on both, since the agent opens them. */
  private static final class Joined {
    private final Map<Long, EgressEntry> entries;
    private final Map<Long, EgressEntry> open = bounded(MOST);

    Joined(int most) {
      entries = bounded(most);
    }

    List<EgressEntry> read(AuditTail tail) throws SupervisorException {
      EgressLog.read(tail, this::add);
      return List.copyOf(entries.values());
    }

    private void add(EgressEntry entry) {
      if (entry.decision().equals("closed")) {
        EgressEntry opened = open.remove(entry.connection());
        if (opened != null) {
          entries.computeIfPresent(opened.sequence(), (s, found) -> found.withBytes(entry));
        }
        return;
      }
      entries.put(entry.sequence(), entry);
      if (entry.decision().equals("allowed")) {
        open.put(entry.connection(), entry);
      }
    }

    /** The entry as it is shown while it falls. */
    Optional<EgressEntry> opened(EgressEntry entry) {
      if (entry.decision().equals("closed")) {
        return Optional.ofNullable(open.remove(entry.connection())).map(entry::closing);
      }
      if (entry.decision().equals("allowed")) {
        open.put(entry.connection(), entry);
      }
      return Optional.of(entry);
    }

    private static Map<Long, EgressEntry> bounded(int most) {
      return new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, EgressEntry> eldest) {
          return size() > most;
        }
      };
    }
  }
}
