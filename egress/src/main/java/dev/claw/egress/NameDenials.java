package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Decided;
import dev.claw.egress.EgressEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Puts denied names on record without letting an agent flood the record with them: the first name
 * of a domain at once, what follows below it as one number a minute. Safe for use by many threads.
 */
final class NameDenials {
  private static final Duration FOLD = Duration.ofMinutes(1);
  private static final int MOST_DOMAINS = 256;
  private static final String OTHERS = "";

  private static final class Folded {
    final Instant since;
    long more;
    Client last;
    String name;

    Folded(Instant since, Client client, String name) {
      this.since = since;
      this.last = client;
      this.name = name;
    }
  }

  private final Map<String, Folded> open = new HashMap<>();
  private boolean looking;

  /** Done when the name may be answered. */
  CompletionStage<Void> deny(Client client, String written) {
    String name = written.endsWith(".") ? written.substring(0, written.length() - 1) : written;
    Instant now = client.agent().now();
    List<Decided> due = new ArrayList<>();
    synchronized (this) {
      due.addAll(closed(now));
      String domain = domain(name);
      if (!open.containsKey(domain) && open.size() >= MOST_DOMAINS) {
        domain = OTHERS;
      }
      Folded folded = open.get(domain);
      if (folded == null) {
        if (!looking) {
          looking = true;
          scheduleLook(client);
        }
        open.put(domain, new Folded(now, client, name));
        due.add(event(client, now, name, 1));
      } else {
        folded.more++;
        folded.last = client;
        folded.name = name;
      }
    }
    return recorded(client, due);
  }

  /** What was only counted so far; for the end of the agent's egress. */
  synchronized List<Decided> drain() {
    return closed(Instant.MAX);
  }

  /** Runs only while something is counted. */
  private void scheduleLook(Client client) {
    client
        .channel()
        .eventLoop()
        .schedule(() -> look(client), FOLD.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  private void look(Client client) {
    List<Decided> due;
    synchronized (this) {
      due = closed(client.agent().now());
      looking = !open.isEmpty();
      if (looking) {
        scheduleLook(client);
      }
    }
    // Nobody waits for it: the names were answered long ago.
    var _ = recorded(client, due);
  }

  private List<Decided> closed(Instant now) {
    List<Decided> due = new ArrayList<>();
    for (Iterator<Folded> each = open.values().iterator(); each.hasNext(); ) {
      Folded folded = each.next();
      if (!now.isBefore(folded.since.plus(FOLD))) {
        each.remove();
        if (folded.more > 0) {
          due.add(event(folded.last, folded.last.agent().now(), folded.name, folded.more));
        }
      }
    }
    return due;
  }

  private static CompletionStage<Void> recorded(Client client, List<Decided> events) {
    CompletableFuture<?>[] stages =
        events.stream().map(event -> durable(client, event)).toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(stages);
  }

  private static CompletableFuture<Void> durable(Client client, Decided event) {
    return client
        .agent()
        .environment()
        .log()
        .record(event, client.channel().eventLoop())
        .durable()
        .toCompletableFuture();
  }

  private static Decided event(Client client, Instant now, String name, long count) {
    String shown = name.length() > 253 ? name.substring(0, 253) : name;
    return new Decided(
        client.agent().name(),
        now,
        client.id(),
        Kind.NAME,
        new Denied(Reason.NO_RULE, "no rule admits this name, so that it does not exist"),
        shown,
        0,
        "",
        "",
        "",
        "",
        count);
  }

  private static String domain(String name) {
    int dot = name.lastIndexOf('.');
    int second = dot < 0 ? -1 : name.lastIndexOf('.', dot - 1);
    return name.substring(second + 1).toLowerCase(Locale.ROOT);
  }
}
