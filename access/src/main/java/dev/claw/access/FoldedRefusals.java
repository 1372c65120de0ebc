package dev.claw.access;

import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import dev.claw.model.AuditEvent.Phase;
import dev.claw.model.AuditEvent.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Refusals on record, without letting strangers fill the disk: the first of a person in a chain
 * stands there at once, the others of the same minute as a count when it is over; and beyond {@link
 * #MOST} such series at a time all the others are one.
 */
final class FoldedRefusals {
  static final Duration WINDOW = Duration.ofMinutes(1);
  static final int MOST = 32;

  /** All those who are too many to be told apart. */
  private static final Actor OTHERS = new Actor(AccessSchema.TELEGRAM, "others");

  private final Recorder recorder;
  private final Map<Key, Series> series = new HashMap<>();

  FoldedRefusals(Recorder recorder) {
    this.recorder = recorder;
  }

  private record Key(String type, Actor actor, Optional<AgentRef> chain) {}

  private static final class Series {
    private final Instant from;
    private final TreeSet<String> reasons = new TreeSet<>();
    private long more;

    Series(Instant from) {
      this.from = from;
    }

    boolean isOver(Instant now) {
      return !now.isBefore(from.plus(WINDOW));
    }
  }

  /**
   * A refusal, on record when this returns or counted for a record that follows.
   *
   * @param chain the agent in whose chain it stands; empty for the host's
   * @param reason one of few words
   */
  synchronized void refused(
      String type,
      Actor actor,
      Optional<AgentRef> chain,
      String reason,
      Map<String, Object> details,
      Instant now)
      throws AccessException {
    settle(now);
    Key key = new Key(type, actor, chain);
    if (!series.containsKey(key) && series.size() >= MOST) {
      key = new Key(type, OTHERS, Optional.empty());
    }
    Series running = series.get(key);
    if (running != null) {
      running.more++;
      running.reasons.add(reason);
      return;
    }
    Map<String, Object> all = new HashMap<>(details);
    all.put("reason", reason);
    write(key, all);
    series.put(key, new Series(now));
  }

  /** Records what was counted in minutes that are over. */
  synchronized void settle(Instant now) throws AccessException {
    for (Map.Entry<Key, Series> entry : List.copyOf(series.entrySet())) {
      if (entry.getValue().isOver(now)) {
        end(entry.getKey(), entry.getValue());
      }
    }
  }

  /** Records all that was counted. */
  synchronized void settleAll() throws AccessException {
    for (Map.Entry<Key, Series> entry : List.copyOf(series.entrySet())) {
      end(entry.getKey(), entry.getValue());
    }
  }

  private void end(Key key, Series over) throws AccessException {
    series.remove(key);
    if (over.more > 0) {
      write(
          key,
          Map.of(
              "reasons",
              new ArrayList<>(over.reasons),
              "count",
              over.more,
              "since",
              over.from.toString()));
    }
  }

  private void write(Key key, Map<String, Object> details) throws AccessException {
    recorder.note(
        key.chain(),
        new AuditEvent(
            key.type(),
            key.chain().map(AgentRef::name).orElse(null),
            key.actor(),
            Phase.OUTCOME,
            Result.REFUSED,
            details));
  }
}
