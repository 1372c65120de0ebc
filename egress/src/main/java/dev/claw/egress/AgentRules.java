package dev.claw.egress;

import dev.claw.model.EgressPolicy;
import dev.claw.model.ModelPolicy;
import java.util.List;
import java.util.stream.Stream;

/**
 * What decides for one agent: what its lock holds, and what is granted beside it.
 *
 * @param modelContent whether what is said to models, and what they answer, goes on record
 */
public record AgentRules(
    EgressPolicy policy, ModelPolicy models, List<Grant> grants, boolean modelContent) {
  /** Of what is said to models nothing goes on record. */
  public AgentRules(EgressPolicy policy, ModelPolicy models, List<Grant> grants) {
    this(policy, models, grants, false);
  }

  /** Copies the grants. */
  public AgentRules {
    grants = List.copyOf(grants);
  }

  /** Whether some rule is for certain programs only, so that it matters which one asks. */
  boolean namesPrograms() {
    return Stream.concat(policy.allow().stream(), policy.deny().stream())
        .anyMatch(rule -> !rule.programs().isEmpty());
  }
}
