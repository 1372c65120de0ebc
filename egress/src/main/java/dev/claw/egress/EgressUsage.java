package dev.claw.egress;

import java.time.Instant;

/**
 * What an agent has used of its daily budgets, to be kept over a restart.
 *
 * @param day start of the UTC day that the numbers are of
 * @param bytes in both directions
 * @param modelTokens in both directions, with what was cached and thought; estimated where a
 *     provider said nothing or did not come to its end
 */
public record EgressUsage(Instant day, long bytes, long modelTokens) {
  /** Nothing yet. */
  public static final EgressUsage NONE = new EgressUsage(Instant.EPOCH, 0, 0);
}
