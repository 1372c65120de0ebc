package dev.claw.compiler;

import dev.claw.model.EgressRule;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes imported rules as a template. */
final class OpenShellTemplate {
  private OpenShellTemplate() {}

  static String text(String name, List<OpenShellRules.Named> rules) {
    StringBuilder out = new StringBuilder();
    out.append("# Made from an OpenShell policy. Check that the programs are at these paths in the")
        .append(" agent's\n# image; there a program's children may use its rules, here only it")
        .append(" itself.\n")
        .append("apiVersion: claw/v1\nname: ")
        .append(name)
        .append("\ndescription: Network rules of an OpenShell policy\nextends: base\n\n")
        .append("network:\n  profile: allowlist\n");
    list(out, "allow", rules, OpenShellRules.Named::allow);
    list(out, "deny", rules, OpenShellRules.Named::deny);
    return out.toString();
  }

  private static void list(
      StringBuilder out,
      String key,
      List<OpenShellRules.Named> rules,
      Function<OpenShellRules.Named, List<EgressRule>> part) {
    boolean none = rules.stream().allMatch(named -> part.apply(named).isEmpty());
    out.append("  ").append(key).append(none ? ": []\n" : ":\n");
    for (OpenShellRules.Named named : rules) {
      List<EgressRule> some = part.apply(named);
      if (!some.isEmpty()) {
        out.append("    # ").append(comment(named.name())).append('\n');
        some.forEach(rule -> rule(out, rule));
      }
    }
  }

  private static void rule(StringBuilder out, EgressRule rule) {
    out.append("    - host: ").append(quoted(rule.host()));
    line(out, "ports", rule.ports().stream().map(String::valueOf).toList());
    line(out, "methods", rule.methods());
    line(out, "paths", rule.paths().stream().map(OpenShellTemplate::quoted).toList());
    if (rule.inspect()) {
      out.append("\n      inspect: true");
    }
    line(out, "programs", rule.programs().stream().map(program -> quoted(program.path())).toList());
    out.append('\n');
  }

  private static void line(StringBuilder out, String key, List<String> values) {
    if (!values.isEmpty()) {
      out.append("\n      ").append(key).append(": [");
      out.append(String.join(", ", values)).append(']');
    }
  }

  /** All that is written is ASCII without control characters by now. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String comment(String name) {
    return name.codePoints()
        .limit(100)
        .mapToObj(c -> c >= ' ' && c < 0x7f ? Character.toString(c) : "?")
        .collect(Collectors.joining());
  }
}
