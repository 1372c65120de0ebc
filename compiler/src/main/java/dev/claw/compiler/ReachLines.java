package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Enforcer;
import dev.claw.compiler.PolicyExplanation.Line;
import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.compiler.PolicyExplanation.Status;
import dev.claw.model.ByteSize;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.NetworkProfile;
import java.util.ArrayList;
import java.util.List;

/** Says where an agent can go. */
final class ReachLines {
  private final List<Line> lines = new ArrayList<>();

  private ReachLines() {}

  static List<Line> of(EgressPolicy policy) {
    ReachLines reach = new ReachLines();
    switch (policy.profile()) {
      case OFFLINE ->
          reach.kernel(
              "It reaches nothing: it has no network interface but its own loopback, so no name,"
                  + " address or neighbour.");
      case ALLOWLIST -> reach.addAllowlist(policy);
      case OPEN ->
          reach.add(
              "It reaches all that you can reach, your own machine and network included. No rule"
                  + " and no budget holds.",
              Enforcer.NOBODY,
              Status.NOT_ENFORCED);
    }
    if (policy.profile() != NetworkProfile.OFFLINE) {
      reach.addBudgets(policy);
    }
    return reach.lines;
  }

  private void addAllowlist(EgressPolicy policy) {
    kernel(
        "It has no network interface but its own loopback: what the egress proxy does not carry"
            + " goes nowhere.");
    add(
        "The rules below are compiled and locked. This version of claw has no egress proxy, so that"
            + " the agent reaches nothing until one carries them.",
        Enforcer.PROXY,
        Status.NOT_YET);
    for (EgressRule rule : policy.allow()) {
      add(
          (rule.audit() ? "Only recorded, not decided: " : "It can reach ")
              + RuleText.of(rule)
              + RuleText.limits(rule)
              + ".",
          Enforcer.PROXY,
          Status.NOT_YET);
    }
    for (EgressRule rule : policy.deny()) {
      add(
          "It can't reach " + RuleText.of(rule) + RuleText.limits(rule) + ", whatever admits it.",
          Enforcer.PROXY,
          Status.NOT_YET);
    }
  }

  private void addBudgets(EgressPolicy policy) {
    EgressPolicy.Budgets budgets = policy.budgets();
    if (budgets.requestsPerMinute() != Long.MAX_VALUE) {
      budget(policy, "It can make at most " + budgets.requestsPerMinute() + " requests a minute.");
    }
    if (budgets.bytesPerDay() != Long.MAX_VALUE) {
      budget(
          policy,
          "It can move at most " + new ByteSize(budgets.bytesPerDay()) + " a day, in and out.");
    }
  }

  private void budget(EgressPolicy policy, String text) {
    if (policy.profile() == NetworkProfile.OPEN) {
      add(text, Enforcer.NOBODY, Status.NOT_ENFORCED);
    } else {
      add(text, Enforcer.PROXY, Status.NOT_YET);
    }
  }

  private void kernel(String text) {
    add(text, Enforcer.KERNEL, Status.ENFORCED);
  }

  private void add(String text, Enforcer enforcer, Status status) {
    lines.add(new Line(Section.REACH, text, enforcer, status));
  }
}
