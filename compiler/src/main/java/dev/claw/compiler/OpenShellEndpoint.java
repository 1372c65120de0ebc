package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.compiler.YamlNode.Sequence;
import dev.claw.model.EgressRule;
import dev.claw.model.EgressRule.Program;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads one endpoint. It becomes rules only where they admit no more than it does; otherwise it is
 * left out, with its reason.
 */
final class OpenShellEndpoint {
  private static final Set<String> READ =
      Set.of(
          "host",
          "port",
          "ports",
          "path",
          "protocol",
          "tls",
          "enforcement",
          "access",
          "rules",
          "deny_rules");

  /** What only adds to requests, or only widens, so that the rule is no wider without it. */
  private static final Map<String, String> DROPPED =
      Map.of(
          "allow_encoded_slash", "a path with %2F is admitted by no rule with paths",
          "credential_binding", "no credential is added to a request",
          "request_body_credential_rewrite", "no credential is added to a request",
          "websocket_credential_rewrite", "no credential is added to a request",
          "allow_uninspected_credentials", "no credential is added to a request",
          "credential_signing", "no request is signed",
          "signing_service", "no request is signed",
          "signing_region", "no request is signed");

  private static final Map<String, List<String>> ACCESS =
      Map.of(
          "full", List.of(),
          "read-only", List.of("GET", "HEAD", "OPTIONS"),
          "read-write", List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH"));

  private final OpenShellNotes notes;
  private final String subject;
  private final List<Program> programs;
  private final List<EgressRule> allow;
  private final List<EgressRule> deny;

  OpenShellEndpoint(
      OpenShellNotes notes,
      String subject,
      List<Program> programs,
      List<EgressRule> allow,
      List<EgressRule> deny) {
    this.notes = notes;
    this.subject = subject;
    this.programs = programs;
    this.allow = allow;
    this.deny = deny;
  }

  /** Why the endpoint, or one rule of it, is left out. */
  private static final class LeftOut extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Position at;

    LeftOut(Position at, String why) {
      super(why, null, false, false);
      this.at = at;
    }
  }

  /** Where connections go. */
  private record Target(String host, List<Integer> ports) {}

  void read(YamlNode node) {
    try {
      if (!(node instanceof Mapping map)) {
        throw new LeftOut(node.at(), "expected a map, found " + node.described());
      }
      Target target = new Target(host(map), ports(map));
      // First, since what is denied stays so whatever becomes of the rest.
      addDenied(map, target);
      checkKeys(map);
      addAllowed(map, target);
    } catch (LeftOut e) {
      notes.add(e.at, subject + ": an endpoint is left out: " + e.getMessage());
    }
  }

  private void checkKeys(Mapping map) throws LeftOut {
    for (Entry entry : map.entries()) {
      if (DROPPED.containsKey(entry.key())) {
        notes.add(
            entry.at(),
            subject + ": " + entry.key() + " has no equivalent: " + DROPPED.get(entry.key()));
      } else if (entry.key().equals("allowed_ips")) {
        throw new LeftOut(
            entry.at(), "allowed_ips bounds addresses behind a name; name an address as host");
      } else if (!READ.contains(entry.key())) {
        throw new LeftOut(entry.at(), Quoted.of(entry.key()) + " has no equivalent");
      }
    }
  }

  private static String host(Mapping map) throws LeftOut {
    Scalar host = text(map, "host").orElseThrow(() -> new LeftOut(map.at(), "it has no host"));
    try {
      HostPattern pattern = HostPattern.parse(host.text());
      if (pattern.text().matches("[0-9.]+|.*:.*")) {
        InetAddress address = InetAddress.ofLiteral(pattern.text());
        if (address.isLoopbackAddress()
            || address.isLinkLocalAddress()
            || address.isAnyLocalAddress()
            || address.isMulticastAddress()) {
          throw new LeftOut(host.at(), host.described() + " is an address that OpenShell refuses");
        }
      }
      return pattern.text();
    } catch (InvalidValueException e) {
      throw new LeftOut(host.at(), String.valueOf(e.getMessage()));
    }
  }

  private static List<Integer> ports(Mapping map) throws LeftOut {
    List<YamlNode> nodes = new ArrayList<>();
    Optional<Entry> port = map.find("port");
    Optional<Entry> ports = map.find("ports");
    if (port.isPresent() == ports.isPresent()) {
      throw new LeftOut(map.at(), "expected either port or ports");
    }
    port.ifPresent(entry -> nodes.add(entry.value()));
    if (ports.isPresent()) {
      if (!(ports.get().value() instanceof Sequence list) || list.items().isEmpty()) {
        throw new LeftOut(ports.get().at(), "ports: expected a list of ports");
      }
      nodes.addAll(list.items());
    }
    TreeSet<Integer> numbers = new TreeSet<>();
    for (YamlNode node : nodes) {
      if (node instanceof Scalar scalar
          && scalar.plain()
          && scalar.text().matches("[1-9][0-9]{0,4}")
          && Integer.parseInt(scalar.text()) <= 65_535) {
        numbers.add(Integer.parseInt(scalar.text()));
      } else {
        throw new LeftOut(node.at(), "expected a port from 1 to 65535, found " + node.described());
      }
    }
    return List.copyOf(numbers);
  }

  private void addAllowed(Mapping map, Target target) throws LeftOut {
    String protocol = word(map, "protocol");
    String tls = word(map, "tls");
    if (!Set.of("", "skip", "terminate", "passthrough").contains(tls)) {
      throw new LeftOut(map.find("tls").orElseThrow().at(), "unknown value of tls");
    }
    if (protocol.isEmpty() || protocol.equals("tcp")) {
      for (String key : List.of("path", "access", "rules", "deny_rules")) {
        if (map.find(key).isPresent()) {
          throw new LeftOut(
              map.find(key).get().at(), key + " without a protocol that shows requests");
        }
      }
      allow.add(rule(target, List.of(), List.of(), false, programs));
      return;
    }
    if (!protocol.equals("rest")) {
      throw new LeftOut(
          map.find("protocol").orElseThrow().at(),
          "protocol "
              + Quoted.of(protocol)
              + " is judged by what is in messages, which claw does not read");
    }
    if (tls.equals("skip") || tls.equals("passthrough")) {
      throw new LeftOut(
          map.find("tls").orElseThrow().at(), "requests can't be judged where TLS is not ended");
    }
    noteEnforcement(map);
    String selector = word(map, "path");
    Optional<Entry> rules = map.find("rules");
    if (rules.isPresent() && map.find("access").isPresent()) {
      throw new LeftOut(rules.get().at(), "it has both access and rules");
    }
    if (rules.isEmpty()) {
      addAccess(map, target, selector);
    } else if (!OpenShellGlob.isAny(selector)) {
      throw new LeftOut(
          map.find("path").orElseThrow().at(), "a path beside rules that have their own");
    } else {
      addRules(rules.get(), target);
    }
  }

  private void noteEnforcement(Mapping map) throws LeftOut {
    String enforcement = word(map, "enforcement");
    Position at = map.find("enforcement").map(Entry::at).orElse(map.at());
    if (enforcement.isEmpty() || enforcement.equals("audit")) {
      notes.add(
          at,
          subject
              + ": OpenShell only records what breaks the rules of this endpoint; claw enforces"
              + " them");
    } else if (!enforcement.equals("enforce")) {
      throw new LeftOut(
          at, "expected enforcement enforce or audit, found " + Quoted.of(enforcement));
    }
  }

  private void addAccess(Mapping map, Target target, String selector) throws LeftOut {
    Optional<Scalar> access = text(map, "access");
    List<String> methods = access.map(scalar -> ACCESS.get(scalar.text())).orElse(null);
    if (methods == null) {
      throw new LeftOut(
          access.map(Scalar::at).orElse(map.at()), "expected access or rules, found neither");
    }
    List<String> paths = List.of();
    if (!OpenShellGlob.isAny(selector)) {
      // This one glob's '/**' stands for the path before it too, as it does in a template.
      Position at = map.find("path").orElseThrow().at();
      paths =
          List.of(
              OpenShellGlob.admitting(selector, false)
                  .orElseThrow(() -> new LeftOut(at, noGlob(selector))));
    }
    allow.add(rule(target, methods, paths, true, programs));
  }

  private void addRules(Entry rules, Target target) {
    for (YamlNode item : list(rules)) {
      try {
        Mapping matcher =
            item instanceof Mapping wrapper
                    && wrapper.entries().size() == 1
                    && wrapper.entries().getFirst().key().equals("allow")
                    && wrapper.entries().getFirst().value() instanceof Mapping inner
                ? inner
                : null;
        if (matcher == null) {
          throw new LeftOut(item.at(), "expected 'allow' with method and path");
        }
        for (Entry entry : matcher.entries()) {
          if (!Set.of("method", "path").contains(entry.key())) {
            throw new LeftOut(entry.at(), Quoted.of(entry.key()) + " has no equivalent");
          }
        }
        String path = word(matcher, "path");
        if (path.isEmpty()) {
          throw new LeftOut(item.at(), "it has no path");
        }
        List<String> paths = List.of();
        if (!OpenShellGlob.isAny(path)) {
          paths =
              List.of(
                  OpenShellGlob.admitting(path, true)
                      .orElseThrow(
                          () ->
                              new LeftOut(matcher.find("path").orElseThrow().at(), noGlob(path))));
        }
        allow.add(rule(target, methods(matcher), paths, true, programs));
      } catch (LeftOut e) {
        notes.add(e.at, subject + ": a rule is left out: " + e.getMessage());
      }
    }
  }

  /** What can't be said exactly is denied with more around it. */
  private void addDenied(Mapping map, Target target) throws LeftOut {
    Optional<Entry> rules = map.find("deny_rules");
    if (rules.isEmpty() || !word(map, "protocol").equals("rest")) {
      return;
    }
    for (YamlNode item : list(rules.get())) {
      Mapping matcher = item instanceof Mapping m ? m : new Mapping(item.at(), List.of());
      List<String> methods;
      String path = "";
      try {
        methods = methods(matcher);
        path = word(matcher, "path");
      } catch (LeftOut e) {
        methods = List.of();
      }
      Optional<String> glob =
          OpenShellGlob.isAny(path) ? Optional.empty() : OpenShellGlob.denying(path);
      boolean exact =
          matcher.entries().stream().allMatch(e -> Set.of("method", "path").contains(e.key()))
              && (OpenShellGlob.isAny(path) || glob.filter(path::equals).isPresent());
      if (!exact) {
        notes.add(item.at(), subject + ": a deny rule can't be said exactly, and denies more here");
      }
      deny.add(rule(target, methods, glob.stream().toList(), true, List.of()));
    }
  }

  private static List<String> methods(Mapping matcher) throws LeftOut {
    Scalar method =
        text(matcher, "method").orElseThrow(() -> new LeftOut(matcher.at(), "it has no method"));
    if (method.text().equals("*")) {
      return List.of();
    }
    if (!NetworkSection.METHODS.contains(method.text())) {
      throw new LeftOut(method.at(), "expected an HTTP method, found " + method.described());
    }
    return List.of(method.text());
  }

  private static EgressRule rule(
      Target target,
      List<String> methods,
      List<String> paths,
      boolean inspect,
      List<Program> programs) {
    return new EgressRule(target.host(), target.ports(), methods, paths, inspect, false, programs);
  }

  private static String noGlob(String path) {
    return "the path " + Quoted.of(path) + " can't be said here";
  }

  private List<YamlNode> list(Entry entry) {
    if (entry.value() instanceof Sequence sequence) {
      return sequence.items();
    }
    notes.add(
        entry.at(),
        subject + ": " + entry.key() + ": expected a list, found " + entry.value().described());
    return List.of();
  }

  /** Empty text where the key is not there. */
  private static String word(Mapping map, String key) throws LeftOut {
    return text(map, key).map(Scalar::text).orElse("");
  }

  private static Optional<Scalar> text(Mapping map, String key) throws LeftOut {
    Optional<Entry> entry = map.find(key);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    if (entry.get().value() instanceof Scalar scalar && !scalar.isNull()) {
      return Optional.of(scalar);
    }
    throw new LeftOut(
        entry.get().at(), key + ": expected a text, found " + entry.get().value().described());
  }
}
