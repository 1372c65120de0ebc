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
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What anybody can cause, on record without letting strangers fill the disk: the first of a kind
 * from a person in a chain stands there at once, the others of the same minute as counts when it is
 * over; and beyond {@link #MOST} such series at a time all the others are one.
 */
final class FoldedRecords {
  static final Duration WINDOW = Duration.ofMinutes(1);
  static final int MOST = 32;

  /** All those who are too many to be told apart. */
  private static final Actor OTHERS = new Actor(AccessSchema.TELEGRAM, "others");

  private final Recorder recorder;
  private final Map<Key, Series> series = new HashMap<>();

  FoldedRecords(Recorder recorder) {
    this.recorder = recorder;
  }

  private record Key(String type, Result result, Actor actor, Optional<AgentRef> chain) {}

  private static final class Series {
    private final Instant from;
    private final TreeMap<String, Long> actions = new TreeMap<>();
    private final TreeSet<String> reasons = new TreeSet<>();
    private long more;

    Series(Instant from) {
      this.from = from;
    }

    boolean isOver(Instant now) {
      return !now.isBefore(from.plus(WINDOW));
    }

    void add(String action, Optional<String> reason) {
      more++;
      actions.merge(action, 1L, Long::sum);
      reason.ifPresent(reasons::add);
    }

    Map<String, Object> details() {
      Map<String, Object> details = new HashMap<>();
      details.put("count", more);
      details.put("actions", actions);
      details.put("since", from.toString());
      if (!reasons.isEmpty()) {
        details.put("reasons", new ArrayList<>(reasons));
      }
      return details;
    }
  }

  /**
   * A refusal, on record when this returns or counted for a record that follows.
   *
   * @param chain the agent in whose chain it stands; empty for the host's
   * @param action what was wanted, one of few words
   * @param reason one of few words
   */
  synchronized void refused(
      String type,
      Actor actor,
      Optional<AgentRef> chain,
      String action,
      String reason,
      Map<String, Object> details,
      Instant now)
      throws AccessException {
    add(
        new Key(type, Result.REFUSED, actor, chain),
        action,
        Optional.of(reason),
        new HashMap<>(details),
        now);
  }

  /** Something that was done and concerns no agent, in the same way. */
  synchronized void done(String type, Actor actor, String action, Instant now)
      throws AccessException {
    Key key = new Key(type, Result.DONE, actor, Optional.empty());
    add(key, action, Optional.empty(), new HashMap<>(), now);
  }

  private void add(
      Key wanted, String action, Optional<String> reason, Map<String, Object> first, Instant now)
      throws AccessException {
    // What can't be recorded of others is tried again each minute, and is not this one's concern.
    var _ = endOver(now);
    Key key = wanted;
    if (!series.containsKey(key) && series.size() >= MOST) {
      key = new Key(wanted.type(), wanted.result(), OTHERS, Optional.empty());
    }
    Series running = series.get(key);
    if (running != null && running.isOver(now)) {
      end(key, running);
      running = null;
    }
    if (running != null) {
      running.add(action, reason);
      return;
    }
    first.put("action", action);
    reason.ifPresent(why -> first.put("reason", why));
    write(key, key.chain(), first);
    series.put(key, new Series(now));
  }

  /** Whether nothing is counted or was a moment ago. */
  synchronized boolean isEmpty() {
    return series.isEmpty();
  }

  /**
   * Records what was counted in minutes that are over.
   *
   * @throws AccessException where some of it could not be recorded, which is kept; the rest was
   */
  synchronized void settle(Instant now) throws AccessException {
    refuse(endOver(now));
  }

  /** Records all that was counted. */
  synchronized void settleAll() throws AccessException {
    refuse(endOver(Instant.MAX));
  }

  private static void refuse(List<AccessException> failures) throws AccessException {
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  private List<AccessException> endOver(Instant now) {
    List<AccessException> failures = new ArrayList<>();
    for (Map.Entry<Key, Series> entry : List.copyOf(series.entrySet())) {
      if (entry.getValue().isOver(now)) {
        try {
          end(entry.getKey(), entry.getValue());
        } catch (AccessException e) {
          failures.add(e);
        }
      }
    }
    return failures;
  }

  private void end(Key key, Series over) throws AccessException {
    if (over.more > 0) {
      try {
        write(key, key.chain(), over.details());
      } catch (AccessException e) {
        if (key.chain().isEmpty()) {
          throw e;
        }
        write(key, Optional.empty(), over.details()); // the agent may be gone
      }
    }
    series.remove(key);
  }

  private void write(Key key, Optional<AgentRef> chain, Map<String, Object> details)
      throws AccessException {
    recorder.note(
        chain,
        new AuditEvent(
            key.type(),
            key.chain().map(AgentRef::name).orElse(null),
            key.actor(),
            Phase.OUTCOME,
            key.result(),
            details));
  }
}
