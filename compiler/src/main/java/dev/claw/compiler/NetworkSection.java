package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.ByteSize;
import dev.claw.model.Digest;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressPolicy.Budgets;
import dev.claw.model.EgressRule;
import dev.claw.model.EgressRule.Program;
import dev.claw.model.InvalidValueException;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code network}: where an agent can go. */
final class NetworkSection {
  static final int MOST_RULES = 1000;
  static final Set<String> METHODS =
      Set.of(
          "GET",
          "HEAD",
          "POST",
          "PUT",
          "PATCH",
          "DELETE",
          "OPTIONS",
          "TRACE",
          "CONNECT",
          "QUERY",
          "PROPFIND",
          "PROPPATCH",
          "MKCOL",
          "COPY",
          "MOVE",
          "LOCK",
          "UNLOCK",
          "REPORT",
          "SEARCH");

  private final Fields fields;

  NetworkSection(Fields fields) {
    this.fields = fields;
  }

  EgressPolicy read() {
    NetworkProfile profile = fields.word("profile", profiles()).orElse(Defaults.NETWORK);
    List<EgressRule> allow = rules("allow");
    List<EgressRule> deny = rules("deny");
    if (profile == NetworkProfile.OPEN && !(allow.isEmpty() && deny.isEmpty())) {
      fields.error(
          fields.at(allow.isEmpty() ? "deny" : "allow"),
          "profile",
          "on an open network no rule holds; set profile: allowlist, or remove the rules");
    }
    if (profile == NetworkProfile.OFFLINE && !allow.isEmpty()) {
      fields.warning(
          fields.at("allow"),
          "allow",
          "the profile is offline, so that these rules never apply; set profile: allowlist if they"
              + " should");
    }
    return new EgressPolicy(profile, allow, deny, budgets(fields.section("budgets")));
  }

  private static Map<String, NetworkProfile> profiles() {
    return Arrays.stream(NetworkProfile.values())
        .collect(Collectors.toMap(NetworkProfile::word, p -> p, (a, b) -> a, LinkedHashMap::new));
  }

  private static Budgets budgets(Fields budgets) {
    long most = 1L << 53;
    return new Budgets(
        budgets.whole("requestsPerMinute", 0, most).orElse(Defaults.BUDGETS.requestsPerMinute()),
        budgets
            .size("bytesPerDay", new ByteSize(0))
            .map(ByteSize::bytes)
            .orElse(Defaults.BUDGETS.bytesPerDay()),
        budgets.whole("modelTokensPerDay", 0, most).orElse(Defaults.BUDGETS.modelTokensPerDay()));
  }

  private List<EgressRule> rules(String key) {
    List<EgressRule> rules = new ArrayList<>();
    for (Fields rule : fields.maps(key)) {
      rule(rule, key.equals("allow")).ifPresent(rules::add);
    }
    if (rules.size() > MOST_RULES) {
      fields.error(fields.at(key), key, "expected at most " + MOST_RULES + " rules, found more");
    }
    return rules;
  }

  private static Optional<EgressRule> rule(Fields rule, boolean allow) {
    Optional<HostPattern> host = host(rule, allow);
    List<Integer> ports = ports(rule);
    List<String> methods = methods(rule);
    List<String> paths = paths(rule);
    boolean inspect = rule.flag("inspect").orElse(false);
    boolean audit = rule.flag("audit").orElse(false);
    if (!inspect && ports.contains(443) && !(methods.isEmpty() && paths.isEmpty())) {
      rule.problems()
          .warning(
              rule.at(methods.isEmpty() ? "paths" : "methods"),
              "methods and paths on port 443 are inside TLS: without 'inspect: true' only host and"
                  + " port hold");
    }
    List<Program> programs = programs(rule);
    return host.map(
        pattern -> new EgressRule(pattern.text(), ports, methods, paths, inspect, audit, programs));
  }

  private static Optional<HostPattern> host(Fields rule, boolean allow) {
    if (!rule.has("host")) {
      rule.missing("host", "host: api.github.com");
      return Optional.empty();
    }
    // Whatever YAML takes it for: 2130706433 is a number there and an address to some programs.
    return rule.scalar("host", "a host")
        .flatMap(
            scalar -> {
              try {
                HostPattern pattern = HostPattern.parse(scalar.text());
                if (allow) {
                  pattern
                      .warnings()
                      .forEach(
                          text ->
                              rule.warning(
                                  scalar.at(), "host", Quoted.of(pattern.text()) + " " + text));
                }
                return Optional.of(pattern);
              } catch (InvalidValueException e) {
                rule.error(scalar.at(), "host", e.getMessage());
                return Optional.empty();
              }
            });
  }

  private static List<Integer> ports(Fields rule) {
    if (!rule.has("ports")) {
      return Defaults.PORTS;
    }
    List<Integer> ports = new ArrayList<>();
    List<YamlNode> items = rule.items("ports", "a list of ports such as [443]");
    for (YamlNode item : items) {
      if (item instanceof Scalar scalar) {
        rule.whole(scalar, "ports", 1, 65_535)
            .map(Math::toIntExact)
            .filter(port -> !ports.contains(port))
            .ifPresent(ports::add);
      } else {
        rule.error(item.at(), "ports", "expected a port, found " + item.described());
      }
    }
    if (rule.isEmptyList("ports")) {
      rule.error(
          rule.at("ports"), "ports", "expected at least one port; leave the key out for 443");
    }
    ports.sort(null);
    return ports;
  }

  private static List<String> methods(Fields rule) {
    List<String> methods = new ArrayList<>();
    for (Scalar method : rule.texts("methods", "HTTP methods")) {
      String text = method.text();
      if (!METHODS.contains(text)) {
        String upper = text.toUpperCase(Locale.ROOT);
        rule.error(
            method.at(),
            "methods",
            "expected an HTTP method in upper case, found "
                + Quoted.of(text)
                + (METHODS.contains(upper) ? "; write " + upper : Nearest.hint(upper, METHODS)));
      } else if (!methods.contains(text)) {
        methods.add(text);
      }
    }
    return methods;
  }

  private static List<String> paths(Fields rule) {
    List<String> paths = new ArrayList<>();
    for (Scalar path : rule.texts("paths", "paths such as /repos/**")) {
      String text = path.text();
      Optional<String> wrong = wrongPath(text);
      if (wrong.isPresent()) {
        rule.error(
            path.at(),
            "paths",
            "expected a path such as /repos/**, found " + Quoted.of(text) + ", " + wrong.get());
      } else if (!paths.contains(text)) {
        paths.add(text);
      }
    }
    return paths;
  }

  /** Why it is no path of a rule, as the rest of a sentence; empty where it is one. */
  static Optional<String> wrongPath(String text) {
    if (!text.startsWith("/")) {
      return Optional.of("which does not start with '/'");
    }
    if (text.length() > 1024) {
      return Optional.of("which is longer than 1024 characters");
    }
    if (text.chars().anyMatch(c -> c <= ' ' || c == '?' || c == '#' || c == '\\' || c >= 0x7f)) {
      return Optional.of("which has a space, '?', '#', '\\' or a character outside ASCII");
    }
    for (String segment : text.substring(1).split("/", -1)) {
      if (segment.equals(".") || segment.equals("..")) {
        return Optional.of("which has a segment '" + segment + "'");
      }
      if (segment.contains("**") && !segment.equals("**")) {
        return Optional.of("where '**' is only a part of a segment");
      }
    }
    return text.contains("//") ? Optional.of("which has an empty segment") : Optional.empty();
  }

  private static List<Program> programs(Fields rule) {
    List<Program> programs = new ArrayList<>();
    int index = 0;
    for (YamlNode item : rule.items("programs", "a list of absolute paths")) {
      String shown = rule.path("programs") + "[" + index++ + "]";
      switch (item) {
        case Scalar scalar -> program(rule, "programs", scalar, "").ifPresent(programs::add);
        case Mapping map -> {
          Fields program =
              new Fields(map, rule.sectionOf("programs") + "[]", shown, rule.problems());
          String digest = digest(program);
          if (!program.has("path")) {
            program.missing("path", "path: /usr/bin/git");
          }
          program
              .text("path", "an absolute path")
              .flatMap(path -> program(program, "path", path, digest))
              .ifPresent(programs::add);
        }
        case YamlNode other ->
            rule.error(
                other.at(), "programs", "expected an absolute path, found " + other.described());
      }
    }
    return programs;
  }

  private static String digest(Fields program) {
    return program
        .text("digest", "a digest")
        .map(
            scalar -> {
              try {
                return Digest.parse(scalar.text()).value();
              } catch (InvalidValueException e) {
                program.error(scalar.at(), "digest", e.getMessage());
                return "";
              }
            })
        .orElse("");
  }

  private static Optional<Program> program(Fields at, String key, Scalar path, String digest) {
    if (ContainerPaths.isPlain(path.text())) {
      return Optional.of(new Program(path.text(), digest));
    }
    at.error(
        path.at(),
        key,
        "expected the absolute path of a program in the container, found " + path.described());
    return Optional.empty();
  }
}
