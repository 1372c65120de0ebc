package dev.claw.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * Where an agent can go.
 *
 * @param allow what is admitted; all else is denied
 * @param deny what is denied although a rule admits it
 */
public record EgressPolicy(
    NetworkProfile profile, List<EgressRule> allow, List<EgressRule> deny, Budgets budgets) {

  /**
   * Upper bounds on use; zero stands for none allowed, {@link Long#MAX_VALUE} for no bound.
   *
   * @param requestsPerMinute requests through the proxy
   * @param bytesPerDay bytes in both directions, per UTC day
   * @param modelTokensPerDay tokens in both directions, per UTC day
   */
  public record Budgets(long requestsPerMinute, long bytesPerDay, long modelTokensPerDay) {
    /** No bound at all. */
    public static final Budgets UNBOUNDED =
        new Budgets(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Copies all lists. */
  public EgressPolicy {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** Whether some rule looks inside TLS, for which the agent must trust an authority of its own. */
  public boolean inspects() {
    return profile == NetworkProfile.ALLOWLIST
        && Stream.concat(allow.stream(), deny.stream()).anyMatch(EgressRule::inspect);
  }
}
