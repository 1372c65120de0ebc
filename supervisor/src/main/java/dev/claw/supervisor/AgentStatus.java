package dev.claw.supervisor;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How an agent stands.
 *
 * @param id absent where the record can't be read
 * @param serial of the lock; 0 where the record can't be read
 * @param startedAt of the present run
 * @param exitCode of the last run, where it has ended
 * @param lock whether the lock holds
 * @param image what the lock names
 * @param network the lock's network profile
 * @param drifts every difference between lock and reality, a sentence each
 * @param problems what kept this from being looked at wholly
 */
public record AgentStatus(
    AgentName name,
    Optional<AgentId> id,
    String template,
    Optional<Instant> created,
    long serial,
    State state,
    Optional<Instant> startedAt,
    Optional<Integer> exitCode,
    Optional<String> containerId,
    LockState lock,
    Optional<String> image,
    Optional<String> network,
    List<String> drifts,
    List<String> problems) {

  /** What the agent's container does. */
  public enum State {
    /** There is no container. */
    STOPPED,
    CREATED,
    RUNNING,
    PAUSED,
    /** It ended by itself with another code than 0. */
    FAILED,
    OTHER,
    /** The backend did not answer. */
    UNKNOWN,
    /** The agent's own record can't be read. */
    BROKEN;

    /** The word for it in listings. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** By itself, or by SIGINT or SIGTERM: what was asked to end before it listens exits so. */
    private static final Set<Integer> ENDED_WHEN_ASKED = Set.of(0, 130, 143);

    static State of(AgentContainer container) {
      return switch (container.state()) {
        case CREATED -> CREATED;
        case RUNNING -> RUNNING;
        case PAUSED -> PAUSED;
        case EXITED -> ENDED_WHEN_ASKED.contains(container.exitCode()) ? STOPPED : FAILED;
        case OTHER -> OTHER;
      };
    }
  }

  /** What came of verifying the lock. */
  public enum LockState {
    NOT_LOOKED_AT,
    VERIFIED,
    UNSIGNED,
    UNKNOWN_KEY,
    BAD_SIGNATURE,
    REPLAYED,
    OTHER_AGENT,
    MALFORMED,
    DRIFTED;

    /** The word for it in listings. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** Whether nothing speaks against the lock. */
  public boolean holds() {
    return state != State.BROKEN && (lock == LockState.VERIFIED || lock == LockState.NOT_LOOKED_AT);
  }
}
