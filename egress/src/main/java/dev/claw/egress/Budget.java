package dev.claw.egress;

import dev.claw.model.EgressPolicy.Budgets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What an agent has used of its budgets. Safe for use by many threads. */
final class Budget {
  private Budgets budgets;
  private Instant minute = Instant.EPOCH;
  private long requests;
  private Instant day = Instant.EPOCH;
  private long bytes;
  private long tokens;

  Budget(Budgets budgets, EgressUsage used) {
    this.budgets = budgets;
    this.day = used.day();
    this.bytes = used.bytes();
    this.tokens = used.modelTokens();
  }

  synchronized void set(Budgets changed) {
    budgets = changed;
  }

  /** Takes one request; the sentence's end says what is used up and when it frees. */
  synchronized Optional<String> takeRequest(Instant now) {
    turn(now);
    if (bytes >= budgets.bytesPerDay()) {
      return Optional.of(used(budgets.bytesPerDay() + " bytes a day", nextDay()));
    }
    if (requests >= budgets.requestsPerMinute()) {
      return Optional.of(
          used(budgets.requestsPerMinute() + " requests a minute", minute.plusSeconds(60)));
    }
    requests++;
    return Optional.empty();
  }

  /** Whether a model may be called now. */
  synchronized Optional<String> checkTokens(Instant now) {
    turn(now);
    return tokens < budgets.modelTokensPerDay()
        ? Optional.empty()
        : Optional.of(used(budgets.modelTokensPerDay() + " model tokens a day", nextDay()));
  }

  /** Counts bytes; whether there are some left. */
  synchronized boolean countBytes(long more, Instant now) {
    turn(now);
    bytes = sum(bytes, more);
    return bytes < budgets.bytesPerDay();
  }

  synchronized void countTokens(long more, Instant now) {
    turn(now);
    tokens = sum(tokens, more);
  }

  synchronized EgressUsage usage() {
    return new EgressUsage(day, bytes, tokens);
  }

  /** As much as can be counted, where a provider claims more. */
  private static long sum(long used, long more) {
    return more > Long.MAX_VALUE - used ? Long.MAX_VALUE : used + more;
  }

  private void turn(Instant now) {
    if (!now.isBefore(minute.plusSeconds(60))) {
      minute = now;
      requests = 0;
    }
    if (!now.isBefore(nextDay())) {
      day = now.truncatedTo(ChronoUnit.DAYS);
      bytes = 0;
      tokens = 0;
    }
  }

  private Instant nextDay() {
    return day.plus(1, ChronoUnit.DAYS);
  }

  private static String used(String what, Instant free) {
    return "the budget of " + what + " is used up until " + free.truncatedTo(ChronoUnit.SECONDS);
  }
}
