package dev.claw.supervisor.resident;

import dev.claw.egress.Decision;
import dev.claw.egress.DecisionLog;
import dev.claw.egress.EgressEvent;
import dev.claw.egress.EgressEvent.Decided;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.model.AgentName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Puts decisions on record by another log, and keeps denials aside that an operator may want to
 * lift: alike ones once, few of each agent, and never so that traffic waits.
 */
final class DenialQueue implements DecisionLog {
  /** Most of one agent that wait to be looked at. */
  static final int MOST = 8;

  /** How long a denial like one that was looked at is passed over. */
  static final Duration ALIKE = Duration.ofSeconds(30);

  private static final int MOST_ALIKE = 4096;

  private static final int MOST_AGENTS = 1024;

  private final DecisionLog records;
  private final Consumer<DenialQueue> filled;
  private final LongSupplier nanos;
  private final Map<AgentName, Map<Key, Denial>> waiting = new HashMap<>();
  private final Map<Seen, Long> seen = new LinkedHashMap<>();
  private long dropped;

  /** A denial. */
  record Denial(AgentName agent, Decision.Reason reason, String host, int port) {}

  private record Key(String host, int port) {}

  private record Seen(AgentName agent, Key key) {}

  /**
   * @param filled called when there is something where nothing was; must not block
   * @param nanos counts nanoseconds
   */
  DenialQueue(DecisionLog records, Consumer<DenialQueue> filled, LongSupplier nanos) {
    this.records = records;
    this.filled = filled;
    this.nanos = nanos;
  }

  @Override
  public Recording record(EgressEvent event, Executor thread) {
    if (event instanceof Decided decided
        && decided.kind() != Kind.MODEL
        && decided.decision() instanceof Decision.Denied denied
        && mayBeLifted(denied.reason())
        && add(new Denial(decided.agent(), denied.reason(), decided.host(), decided.port()))) {
      filled.accept(this);
    }
    return records.record(event, thread);
  }

  private static boolean mayBeLifted(Decision.Reason reason) {
    return switch (reason) {
      case NO_RULE, METHOD, PATH, PROGRAM, PROTOCOL -> true;
      default -> false;
    };
  }

  /** Whether nothing was there before. */
  private synchronized boolean add(Denial denial) {
    boolean first = waiting.isEmpty();
    Key key = new Key(denial.host(), denial.port());
    Long before = seen.get(new Seen(denial.agent(), key));
    if (before != null && nanos.getAsLong() - before < ALIKE.toNanos()) {
      return false;
    }
    Map<Key, Denial> own = waiting.get(denial.agent());
    if (own == null) {
      if (waiting.size() >= MOST_AGENTS) {
        dropped++;
        return false;
      }
      own = new LinkedHashMap<>();
      waiting.put(denial.agent(), own);
    }
    if (own.size() >= MOST && !own.containsKey(key)) {
      dropped++;
      return false;
    }
    own.put(key, denial);
    return first;
  }

  /** What waits, the first of each agent first; nothing is there then. */
  synchronized List<Denial> drain() {
    List<Denial> all = new ArrayList<>();
    List<List<Denial>> byAgent = new ArrayList<>();
    long now = nanos.getAsLong();
    for (Map<Key, Denial> own : waiting.values()) {
      byAgent.add(List.copyOf(own.values()));
      own.forEach((key, denial) -> remember(new Seen(denial.agent(), key), now));
    }
    waiting.clear();
    for (int i = 0; i < MOST; i++) {
      for (List<Denial> own : byAgent) {
        if (i < own.size()) {
          all.add(own.get(i));
        }
      }
    }
    return all;
  }

  private void remember(Seen denial, long now) {
    seen.remove(denial);
    if (seen.size() >= MOST_ALIKE) {
      seen.remove(seen.keySet().iterator().next());
    }
    seen.put(denial, now);
  }

  /** How many found no place since the last call. */
  synchronized long dropped() {
    long count = dropped;
    dropped = 0;
    return count;
  }
}
