package dev.claw.egress;

import dev.claw.model.EgressRule;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A rule made ready to be matched. */
final class RuleEntry {
  private final EgressRule rule;
  private final List<PathPattern> paths;
  private final boolean deny;
  private final String grant;
  private final Instant until;
  private final String text;

  private RuleEntry(EgressRule rule, boolean deny, String grant, Instant until) {
    this.rule = rule;
    this.paths = PathPattern.all(rule.paths(), deny);
    this.deny = deny;
    this.grant = grant;
    this.until = until;
    this.text = text(rule, deny, grant);
  }

  static RuleEntry allow(EgressRule rule) {
    return new RuleEntry(rule, false, "", Instant.MAX);
  }

  static RuleEntry deny(EgressRule rule) {
    return new RuleEntry(rule, true, "", Instant.MAX);
  }

  static RuleEntry grant(Grant grant) {
    EgressRule rule =
        new EgressRule(grant.host(), grant.ports(), List.of(), List.of(), false, false, List.of());
    return new RuleEntry(rule, false, grant.id(), grant.until());
  }

  EgressRule rule() {
    return rule;
  }

  String grant() {
    return grant;
  }

  String text() {
    return text;
  }

  /** Whether it says more than host, port and program. */
  boolean looksInside() {
    return !(rule.methods().isEmpty() && rule.paths().isEmpty());
  }

  boolean holdsAt(Instant now) {
    return now.isBefore(until);
  }

  boolean hasPort(int port) {
    List<Integer> ports = rule.ports();
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i) == port) {
        return true;
      }
    }
    return false;
  }

  /** A rule that denies counts for a program that nobody knows; one that allows does not. */
  boolean hasProgram(EgressRule.@Nullable Program program) {
    if (rule.programs().isEmpty()) {
      return true;
    }
    if (program == null) {
      return deny;
    }
    return rule.programs().stream()
        .anyMatch(
            named ->
                named.path().equals(program.path())
                    && (named.digest().isEmpty() || named.digest().equals(program.digest())));
  }

  boolean hasMethod(String method) {
    return rule.methods().isEmpty()
        || (deny
            ? rule.methods().stream().anyMatch(method::equalsIgnoreCase)
            : rule.methods().contains(method));
  }

  /** Fails closed both ways: admitting takes each reading of the path, denying takes one. */
  boolean hasPath(RequestPath path) {
    if (paths.isEmpty()) {
      return true;
    }
    return switch (path) {
      case RequestPath.Ambiguous ambiguous -> deny;
      case RequestPath.Plain plain ->
          paths.stream()
              .anyMatch(pattern -> deny ? denies(pattern, plain) : admits(pattern, plain));
    };
  }

  private static boolean admits(PathPattern pattern, RequestPath.Plain path) {
    return pattern.matches(path.segments()) && pattern.matches(path.merged());
  }

  private static boolean denies(PathPattern pattern, RequestPath.Plain path) {
    List<String> merged = path.merged();
    boolean slash = merged.size() > 1 && merged.getLast().isEmpty();
    return pattern.matches(path.segments())
        || pattern.matches(merged)
        || (slash && pattern.matches(merged.subList(0, merged.size() - 1)));
  }

  private static String text(EgressRule rule, boolean deny, String grant) {
    StringBuilder text = new StringBuilder();
    text.append(!grant.isEmpty() ? "grant " + grant + " " : deny ? "deny " : "allow ")
        .append(rule.host())
        .append(':')
        .append(rule.ports().stream().map(String::valueOf).collect(Collectors.joining(",")));
    if (!rule.methods().isEmpty()) {
      text.append(' ').append(String.join(",", rule.methods()));
    }
    if (!rule.paths().isEmpty()) {
      text.append(' ').append(String.join(",", rule.paths()));
    }
    return text.toString();
  }
}
