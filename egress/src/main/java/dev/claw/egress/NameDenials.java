package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Decided;
import dev.claw.egress.EgressEvent.Kind;
import java.util.Locale;
import java.util.concurrent.CompletionStage;

/**
 * Puts denied names on record: the first name of a domain at once, what follows below it as one
 * number a minute, since names below a domain are how data gets out by them.
 */
final class NameDenials {
  private static final int MOST_DOMAINS = 64;

  private final FoldedDenials folded = new FoldedDenials(1, MOST_DOMAINS);

  /** Done when the name may be answered. */
  CompletionStage<Void> deny(Client client, String written) {
    String name = written.endsWith(".") ? written.substring(0, written.length() - 1) : written;
    return folded.deny(client, event(client, name), Reason.NO_RULE, domain(name));
  }

  /** What was only counted so far; for the end of the agent's egress. */
  void drain() {
    folded.drain();
  }

  private static Decided event(Client client, String name) {
    String shown = name.length() > 253 ? name.substring(0, 253) : name;
    return new Decided(
        client.agent().name(),
        client.agent().now(),
        client.id(),
        Kind.NAME,
        new Denied(Reason.NO_RULE, "no rule admits this name, so that it does not exist"),
        shown,
        0,
        "",
        "",
        "",
        "",
        1);
  }

  private static String domain(String name) {
    int dot = name.lastIndexOf('.');
    int second = dot < 0 ? -1 : name.lastIndexOf('.', dot - 1);
    return name.substring(second + 1).toLowerCase(Locale.ROOT);
  }
}
