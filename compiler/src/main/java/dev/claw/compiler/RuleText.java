package dev.claw.compiler;

import dev.claw.model.EgressRule;
import dev.claw.model.Quoted;
import java.util.List;
import java.util.stream.Collectors;

/** An egress rule in words. */
final class RuleText {
  private RuleText() {}

  /** Such as {@code api.github.com, port 443, only GET, HEAD, only paths /repos/**}. */
  static String of(EgressRule rule) {
    StringBuilder text = new StringBuilder(rule.host());
    text.append(rule.ports().size() == 1 ? ", port " : ", ports ")
        .append(rule.ports().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    if (!rule.methods().isEmpty()) {
      text.append(", only ").append(String.join(", ", rule.methods()));
    }
    if (!rule.paths().isEmpty()) {
      text.append(", only paths ").append(String.join(", ", rule.paths()));
    }
    List<String> programs = rule.programs().stream().map(RuleText::program).toList();
    if (!programs.isEmpty()) {
      text.append(", only for ").append(String.join(", ", programs));
    }
    return Quoted.visible(text.toString());
  }

  private static String program(EgressRule.Program program) {
    return program.digest().isEmpty()
        ? program.path()
        : program.path() + " with the digest " + program.digest();
  }

  /** That claw looks inside TLS, as the rest of a sentence; empty text where it does not. */
  static String inspected(EgressRule rule) {
    return rule.inspect() ? " (claw looks inside TLS)" : "";
  }

  /** Whether the rule says more than can be seen of https. */
  static boolean endsAtTls(EgressRule rule) {
    boolean inside = !(rule.methods().isEmpty() && rule.paths().isEmpty());
    return inside && !rule.inspect() && rule.ports().contains(443);
  }
}
