package dev.claw.supervisor;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/** {@code claw.db} for the pairings of people in chats, on the clock that is never set back. */
final class AccessStore implements AccessDatabase {
  private final Path file;
  private final LatestInstant latest;

  AccessStore(Path file, LatestInstant latest) {
    this.file = file;
    this.latest = latest;
  }

  @Override
  public <T> T read(Work<T> work) throws AccessException {
    try (StateDatabase state = StateDatabase.open(file)) {
      return state.read(connection -> run(work, connection, latest.now(connection)));
    } catch (SupervisorException e) {
      throw failed(e);
    }
  }

  @Override
  public <T> T inTransaction(Work<T> work) throws AccessException {
    try (StateDatabase state = StateDatabase.open(file)) {
      return state.inTransaction(connection -> run(work, connection, latest.mark(connection)));
    } catch (SupervisorException e) {
      throw failed(e);
    }
  }

  /** One exception goes through a place that is made for another. */
  private static <T> T run(Work<T> work, Connection connection, Instant now)
      throws SQLException, SupervisorException {
    try {
      return work.run(connection, now);
    } catch (AccessException e) {
      throw new SupervisorException(
          SupervisorException.Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }

  private static AccessException failed(SupervisorException e) {
    return e.getCause() instanceof AccessException own
        ? own
        : new AccessException(String.valueOf(e.getMessage()), e);
  }
}
