package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Enforcer;
import dev.claw.compiler.PolicyExplanation.Line;
import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.compiler.PolicyExplanation.Status;
import dev.claw.model.ByteSize;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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
                  + " holds, and no budget but for calls of claw's model broker.",
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
        "It has no network interface but its own loopback. Every TCP connection that leaves it ends"
            + " at claw's egress proxy, whether or not the program knows of a proxy; UDP, ICMP, IPv6"
            + " and raw packets reach nobody.");
    kernel("Without claw's supervisor it reaches nothing: there is no other way out.");
    proxy(
        "What no line below admits is denied, and every decision is on record before anything goes"
            + " out. What you grant for a time with 'claw egress allow' adds to it.");
    policy.allow().forEach(this::addAllow);
    policy.deny().forEach(this::addDeny);
    if (policy.inspects()) {
      proxy(
          "Where claw looks inside TLS it answers in the name of an authority that only this agent"
              + " trusts; a program that accepts no such authority can't reach the host.");
    }
    if (Stream.concat(policy.allow().stream(), policy.deny().stream())
        .anyMatch(rule -> !rule.programs().isEmpty())) {
      proxy(
          "A rule for programs bounds which of them connect, not what the agent has them do; a"
              + " script counts as its interpreter. Where the program can't be told, none of these"
              + " rules admits.");
    }
  }

  private void addAllow(EgressRule rule) {
    if (rule.audit()) {
      proxy("It is only recorded what this would admit: " + RuleText.of(rule) + ".");
      return;
    }
    proxy("It can reach " + RuleText.of(rule) + RuleText.inspected(rule) + ".");
    if (RuleText.endsAtTls(rule)) {
      add(
          "Over https to "
              + Quoted.visible(rule.host())
              + " the methods and paths of this rule do not hold: they are inside TLS, and the rule"
              + " has no 'inspect: true'.",
          Enforcer.NOBODY,
          Status.NOT_ENFORCED);
    }
  }

  private void addDeny(EgressRule rule) {
    if (rule.audit()) {
      add(
          "It is only recorded what this would deny: " + RuleText.of(rule) + ".",
          Enforcer.NOBODY,
          Status.NOT_ENFORCED);
      return;
    }
    proxy(
        "It can't reach "
            + RuleText.of(rule)
            + RuleText.inspected(rule)
            + (RuleText.endsAtTls(rule)
                ? " (over https all of the host, unless a rule looks inside TLS)"
                : "")
            + ", whatever admits it.");
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
      proxy(text);
    }
  }

  private void proxy(String text) {
    add(text, Enforcer.PROXY, Status.ENFORCED);
  }

  private void kernel(String text) {
    add(text, Enforcer.KERNEL, Status.ENFORCED);
  }

  private void add(String text, Enforcer enforcer, Status status) {
    lines.add(new Line(Section.REACH, text, enforcer, status));
  }
}
