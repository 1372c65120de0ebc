package dev.claw.egress;

import dev.claw.model.EgressPolicy;
import dev.claw.model.ModelPolicy;
import java.util.List;

/** What decides for one agent: what its lock holds, and what is granted beside it. */
public record AgentRules(EgressPolicy policy, ModelPolicy models, List<Grant> grants) {
  /** Copies the grants. */
  public AgentRules {
    grants = List.copyOf(grants);
  }
}
