package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Decided;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Puts denials on record without letting an agent flood the record with them. Within a minute the
 * first of a kind are on record each, what follows as one number when the minute is over; kinds
 * beyond a bound share one record for each reason, which names the first few. A number that could
 * not be put on record is kept and goes with the next. Safe for use by many threads.
 */
final class FoldedDenials {
  private static final Duration FOLD = Duration.ofMinutes(1);
  private static final int MOST_EXAMPLES = 5;
  private static final int LONGEST_EXAMPLE = 100;

  /** In place of a host; it is none, so that no rule and no command is ever made of it. */
  static final String OTHERS = "(others)";

  private final int each;
  private final int mostKinds;
  private final Map<Object, Folded> open = new HashMap<>();
  private boolean looking;

  /**
   * @param each how many of a kind are on record one by one
   * @param mostKinds that are told apart
   */
  FoldedDenials(int each, int mostKinds) {
    this.each = each;
    this.mostKinds = mostKinds;
  }

  /** Whatever does not fit among the kinds. */
  private record Others(EgressEvent.Kind kind, Reason reason) {}

  private record Due(Object key, Client client, Decided event, Set<String> examples) {}

  private static final class Folded {
    final Instant since;
    final Set<String> examples = new LinkedHashSet<>();
    int recorded;
    long more;
    Client client;
    Decided last;

    Folded(Instant since, Client client, Decided last) {
      this.since = since;
      this.client = client;
      this.last = last;
    }

    void add(Client from, Decided event, long count) {
      more += count;
      client = from;
      last = event;
    }
  }

  /**
   * Done when the denial may be answered.
   *
   * @param reason why it is denied
   * @param kind denials of equal kind are folded
   */
  CompletionStage<Void> deny(Client client, Decided event, Reason reason, Object kind) {
    Instant now = client.agent().now();
    List<Due> due;
    boolean alone;
    synchronized (this) {
      due = closed(now);
      boolean fits = open.containsKey(kind) || open.size() < mostKinds;
      Object key = fits ? kind : new Others(event.kind(), reason);
      Folded folded = open.computeIfAbsent(key, _ -> new Folded(now, client, event));
      alone = fits && folded.recorded < each;
      if (alone) {
        folded.recorded++;
      } else {
        folded.add(client, event, 1);
        if (!fits && folded.examples.size() < MOST_EXAMPLES) {
          folded.examples.add(example(event));
        }
      }
      look(client);
    }
    record(due);
    if (!alone) {
      return CompletableFuture.completedFuture(null);
    }
    CompletionStage<Void> recorded = durable(client, event);
    keepUnrecorded(recorded, new Due(kind, client, event, Set.of()));
    return recorded;
  }

  /** What was only counted so far; for the end of the agent's egress. */
  void drain() {
    List<Due> due;
    synchronized (this) {
      due = closed(Instant.MAX);
    }
    record(due);
  }

  /** Runs only while something is counted. */
  private void look(Client client) {
    if (!looking) {
      looking = true;
      var _ =
          client
              .channel()
              .eventLoop()
              .schedule(() -> lookAgain(client), FOLD.toMillis() + 1, TimeUnit.MILLISECONDS);
    }
  }

  private void lookAgain(Client client) {
    List<Due> due;
    synchronized (this) {
      due = closed(client.agent().now());
      looking = false;
      if (!open.isEmpty()) {
        look(client);
      }
    }
    record(due);
  }

  private List<Due> closed(Instant now) {
    List<Due> due = new ArrayList<>();
    for (Iterator<Map.Entry<Object, Folded>> all = open.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Object, Folded> entry = all.next();
      Folded folded = entry.getValue();
      if (!now.isBefore(folded.since.plus(FOLD))) {
        all.remove();
        if (folded.more > 0) {
          Client client = folded.client;
          Decided event =
              entry.getKey() instanceof Others
                  ? others(folded, client.agent().now())
                  : counted(folded.last, client.agent().now(), folded.more);
          due.add(new Due(entry.getKey(), client, event, folded.examples));
        }
      }
    }
    return due;
  }

  /** Nobody waits for it: they were answered long ago. */
  private void record(List<Due> due) {
    for (Due one : due) {
      keepUnrecorded(durable(one.client(), one.event()), one);
    }
  }

  private static CompletionStage<Void> durable(Client client, Decided event) {
    return client.agent().environment().log().record(event, client.channel().eventLoop()).durable();
  }

  private void keepUnrecorded(CompletionStage<Void> recorded, Due due) {
    recorded.whenComplete(
        (_, failure) -> {
          if (failure != null) {
            keep(due);
          }
        });
  }

  private synchronized void keep(Due unrecorded) {
    Client client = unrecorded.client();
    Folded folded =
        open.computeIfAbsent(
            unrecorded.key(), _ -> new Folded(client.agent().now(), client, unrecorded.event()));
    folded.more += unrecorded.event().count();
    folded.examples.addAll(unrecorded.examples());
  }

  private static Decided others(Folded folded, Instant now) {
    Decided last = folded.last;
    String why =
        last.decision() instanceof Denied denied && !last.host().equals(OTHERS)
            ? denied.why()
            : "see its reason";
    return new Decided(
        last.agent(),
        now,
        last.connection(),
        last.kind(),
        new Denied(
            reason(last),
            folded.more
                + " within a minute that were not told apart, among them "
                + String.join(", ", folded.examples)
                + "; of the last one: "
                + why),
        OTHERS,
        0,
        "",
        "",
        "",
        "",
        folded.more);
  }

  private static Reason reason(Decided event) {
    return event.decision() instanceof Denied denied ? denied.reason() : Reason.LIMIT;
  }

  private static Decided counted(Decided last, Instant now, long count) {
    return new Decided(
        last.agent(),
        now,
        last.connection(),
        last.kind(),
        last.decision(),
        last.host(),
        last.port(),
        last.address(),
        last.method(),
        last.path(),
        last.program(),
        count);
  }

  private static String example(Decided event) {
    String path = event.method().isEmpty() ? "" : " " + event.method() + " " + event.path();
    String text = event.host() + (event.port() == 0 ? "" : ":" + event.port()) + path;
    return text.length() > LONGEST_EXAMPLE ? text.substring(0, LONGEST_EXAMPLE) : text;
  }
}
