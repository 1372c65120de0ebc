package dev.claw.egress;

import dev.claw.model.EgressPolicy;
import dev.claw.model.ModelPolicy;
import java.util.List;
import java.util.stream.Stream;

/** What decides for one agent: what its lock holds, and what is granted beside it. */
public record AgentRules(EgressPolicy policy, ModelPolicy models, List<Grant> grants) {
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
