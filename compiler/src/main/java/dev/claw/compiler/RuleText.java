package dev.claw.compiler;

import dev.claw.model.EgressRule;
import dev.claw.model.Quoted;
import java.util.List;
import java.util.stream.Collectors;

/** An egress rule in words. */
final class RuleText {
  private RuleText() {}

  /** Such as {@code GET, HEAD on api.github.com, port 443, /repos/**}. */
  static String of(EgressRule rule) {
    StringBuilder text = new StringBuilder();
    if (!rule.methods().isEmpty()) {
      text.append(String.join(", ", rule.methods())).append(" on ");
    }
    text.append(rule.host())
        .append(rule.ports().size() == 1 ? ", port " : ", ports ")
        .append(rule.ports().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    if (!rule.paths().isEmpty()) {
      text.append(", paths ").append(String.join(", ", rule.paths()));
    }
    List<String> programs = rule.programs().stream().map(RuleText::program).toList();
    if (!programs.isEmpty()) {
      text.append(", for ").append(String.join(", ", programs));
    }
    return Quoted.visible(text.toString());
  }

  private static String program(EgressRule.Program program) {
    return program.digest().isEmpty()
        ? program.path()
        : program.path() + " with the digest " + program.digest();
  }

  /** What of the rule can't hold, as the rest of a sentence; empty text where all can. */
  static String limits(EgressRule rule) {
    boolean inside = !(rule.methods().isEmpty() && rule.paths().isEmpty());
    if (rule.inspect()) {
      return " (claw looks inside TLS)";
    }
    return inside && rule.ports().contains(443)
        ? " (on port 443 host and port only: methods and paths are inside TLS)"
        : "";
  }
}
