package dev.claw.egress;

import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressPolicy.Budgets;
import dev.claw.model.EgressRule;
import dev.claw.model.NetworkProfile;
import java.util.List;

/** Rules as tests write them. */
final class Rules {
  private Rules() {}

  static EgressPolicy policy(EgressRule... allow) {
    return policy(List.of(allow), List.of());
  }

  static EgressPolicy policy(List<EgressRule> allow, List<EgressRule> deny) {
    return new EgressPolicy(NetworkProfile.ALLOWLIST, allow, deny, Budgets.UNBOUNDED);
  }

  static EgressRule host(String host, Integer... ports) {
    return new EgressRule(host, List.of(ports), List.of(), List.of(), false, false, List.of());
  }

  static EgressRule paths(String host, int port, String... paths) {
    return new EgressRule(host, List.of(port), List.of(), List.of(paths), false, false, List.of());
  }

  static EgressRule methods(String host, int port, String... methods) {
    return new EgressRule(
        host, List.of(port), List.of(methods), List.of(), false, false, List.of());
  }

  static EgressRule inspected(EgressRule rule) {
    return new EgressRule(
        rule.host(),
        rule.ports(),
        rule.methods(),
        rule.paths(),
        true,
        rule.audit(),
        rule.programs());
  }

  static EgressRule audited(EgressRule rule) {
    return new EgressRule(
        rule.host(),
        rule.ports(),
        rule.methods(),
        rule.paths(),
        rule.inspect(),
        true,
        rule.programs());
  }

  static EgressRule programs(EgressRule rule, EgressRule.Program... programs) {
    return new EgressRule(
        rule.host(),
        rule.ports(),
        rule.methods(),
        rule.paths(),
        rule.inspect(),
        rule.audit(),
        List.of(programs));
  }
}
