package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.NetworkProfile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenShellImportTest {
  private static OpenShellImport read(String text) {
    return OpenShellImport.of(new TemplateSource("p", "p.yaml", text), "imported");
  }

  private static OpenShellImport.Imported imported(String text) {
    OpenShellImport outcome = read(text);
    assertThat(outcome).isInstanceOf(OpenShellImport.Imported.class);
    return (OpenShellImport.Imported) outcome;
  }

  private static EgressPolicy compiled(String text) {
    return Fixture.compiled(imported(text).template()).egress();
  }

  private static String notes(String text) {
    return Fixture.rendered(imported(text).notes());
  }

  /** A policy of one rule for curl with this endpoint. */
  private static String endpoint(String endpoint) {
    return "version: 1\nnetwork_policies:\n  r:\n    binaries: [{path: /usr/bin/curl}]\n"
        + "    endpoints:\n      - {"
        + endpoint
        + "}\n";
  }

  private static String rest(String rest) {
    return endpoint("host: a.example, port: 443, protocol: rest, enforcement: enforce, " + rest);
  }

  @Test
  void rulesBecomeRules() {
    String text =
        """
        version: 1
        network_policies:
          github:
            endpoints:
              - host: api.github.com
                port: 443
                protocol: rest
                enforcement: enforce
                rules:
                  - allow: {method: GET, path: "/repos/**"}
                  - allow: {method: "*", path: /user}
                deny_rules:
                  - {method: GET, path: "/repos/private/**"}
              - {host: "*.example.com", ports: [22, 8443], protocol: tcp}
            binaries:
              - path: /usr/bin/gh
              - path: /usr/bin/curl
        """;
    var programs =
        List.of(
            new EgressRule.Program("/usr/bin/gh", ""), new EgressRule.Program("/usr/bin/curl", ""));
    EgressPolicy policy = compiled(text);
    assertThat(policy.profile()).isEqualTo(NetworkProfile.ALLOWLIST);
    assertThat(policy.allow())
        .containsExactly(
            new EgressRule(
                "api.github.com",
                List.of(443),
                List.of("GET"),
                List.of("/repos/*/**"),
                true,
                false,
                programs),
            new EgressRule(
                "api.github.com", List.of(443), List.of(), List.of("/user"), true, false, programs),
            new EgressRule(
                "*.example.com", List.of(22, 8443), List.of(), List.of(), false, false, programs));
    assertThat(policy.deny())
        .containsExactly(
            new EgressRule(
                "api.github.com",
                List.of(443),
                List.of("GET"),
                List.of("/repos/private/**"),
                true,
                false,
                List.of()));
    assertThat(notes(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "access: full|[]",
        "access: read-only|[GET, HEAD, OPTIONS]",
        "access: read-write|[GET, HEAD, OPTIONS, POST, PUT, PATCH]"
      })
  void accessIsAListOfMethods(String access, String methods) {
    EgressRule rule = compiled(rest(access)).allow().getFirst();
    assertThat(rule.methods()).hasToString(methods);
    assertThat(rule.inspect()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host: 'api.*.example', port: 443",
        "host: '*-api.example.com', port: 443",
        "host: 169.254.169.254, port: 80",
        "host: 127.0.0.1, port: 80",
        "host: '2130706433', port: 80",
        "host: \"a\\u001b[2J.example\", port: 80",
        "port: 443, allowed_ips: [10.0.0.0/8]",
        "host: a.example, port: 443, allowed_ips: [10.0.0.0/8]",
        "host: a.example",
        "host: a.example, port: 0",
        "host: a.example, port: '443'",
        "host: a.example, port: 443, ports: [443]",
        "host: a.example, ports: []",
        "host: [a.example], port: 443",
        "host: a.example, port: 443, narrower: true",
        "host: a.example, port: 443, access: read-only",
        "host: a.example, port: 443, protocol: graphql, access: full",
        "host: a.example, port: 443, protocol: mcp, rules: [{allow: {method: initialize}}]",
        "host: a.example, port: 443, protocol: websocket, access: read-only",
        "host: a.example, port: 443, protocol: rest",
        "host: a.example, port: 443, protocol: rest, access: all",
        "host: a.example, port: 443, protocol: rest, access: full, rules: []",
        "host: a.example, port: 443, protocol: rest, access: full, tls: skip",
        "host: a.example, port: 443, protocol: rest, access: full, tls: maybe",
        "host: a.example, port: 443, protocol: rest, access: full, enforcement: perhaps",
        "host: a.example, port: 443, protocol: rest, access: full, path: 'v1/x'",
        "host: a.example, port: 443, protocol: rest, path: /v1/**, rules: [{allow: {method: GET,"
            + " path: /x}}]",
      })
  void whatNarrowsAndHasNoEquivalentTakesTheEndpointWithIt(String endpoint) {
    String text = endpoint(endpoint);
    assertThat(compiled(text).allow()).isEmpty();
    assertThat(notes(text)).contains("p.yaml:6:").contains("is left out").doesNotContain("\u001b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{method: GET, path: /x, query: {a: b}}",
        "{method: GET, path: '/x?'}",
        "{method: GET, path: '/[ab]'}",
        "{method: GET, path: '/{a,b}'}",
        "{method: GET, path: '/../x'}",
        "{method: GET, path: x}",
        "{method: GET}",
        "{path: /x}",
        "{method: get, path: /x}",
        "{method: WEBSOCKET_TEXT, path: /x}",
        "{method: [GET], path: /x}",
        "[GET]",
      })
  void aRuleThatCantBeSaidIsLeftOut(String matcher) {
    String text = rest("rules: [{allow: " + matcher + "}]");
    assertThat(compiled(text).allow()).isEmpty();
    assertThat(notes(text)).contains("a rule is left out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{method: GET, path: /x, query: {a: b}}|[GET]|[/x]",
        "{method: get, path: /x}|[]|[]",
        "{method: GET, path: '/a?c/x'}|[GET]|[/a*c/x]",
        "{method: GET, path: '/{a/b,c}'}|[GET]|[]",
        "nonsense|[]|[]",
      })
  void aDenyRuleThatCantBeSaidDeniesMore(String matcher, String methods, String paths) {
    String text = rest("access: full, deny_rules: [" + matcher + "]");
    EgressRule rule = compiled(text).deny().getFirst();
    assertThat(rule.methods()).hasToString(methods);
    assertThat(rule.paths()).hasToString(paths);
  }

  @Test
  void aDenyRuleHoldsThoughItsEndpointIsLeftOut() {
    EgressPolicy policy = compiled(rest("access: nope, deny_rules: [{method: GET, path: /x}]"));
    assertThat(policy.allow()).isEmpty();
    assertThat(policy.deny()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "binaries: []",
        "binaries: [{path: '/usr/lib/jvm/*/bin/java'}]",
        "binaries: [{path: relative}]",
        "binaries: [/usr/bin/curl]",
        "name: x",
        "binaries: [{path: /usr/bin/curl}], unless: raining",
      })
  void aRuleThatNoProgramMayUseAdmitsNothing(String rest) {
    String text =
        "version: 1\nnetwork_policies: {r: {endpoints: [{host: a.example, port: 443}], "
            + rest
            + "}}";
    assertThat(compiled(text).allow()).isEmpty();
    assertThat(notes(text)).contains("rule 'r' is left out");
  }

  @Test
  void anyProgramIsAny() {
    String text =
        "version: 1\nnetwork_policies: {r: {endpoints: [{host: a.example, port: 443}], binaries:"
            + " [{path: '/**'}]}}";
    assertThat(compiled(text).allow().getFirst().programs()).isEmpty();
  }

  @Test
  void eachThingWithoutEquivalentIsNamedWithItsLine() {
    assertThat(
            notes(
                """
                version: 1
                filesystem_policy:
                  include_workdir: true
                  read_only: [/usr]
                  read_write: [/tmp, /sandbox]
                landlock: {compatibility: best_effort}
                process: {run_as_user: sandbox}
                network_middlewares: {}
                network_policies:
                  r:
                    binaries: [{path: /usr/bin/curl, harness: true}]
                    endpoints:
                      - {host: a.example, port: 443, protocol: rest, access: full}
                      - {host: b.example, port: 443, credential_signing: sigv4}
                """))
        .contains("p.yaml:3:", "p.yaml:4:", "p.yaml:5:22: warning: read_write: '/sandbox'")
        .contains("p.yaml:6:", "p.yaml:7:", "p.yaml:8:1: warning: network_middlewares")
        .contains("p.yaml:11:", "'harness' has no equivalent")
        .contains("p.yaml:13:", "claw enforces them")
        .contains("p.yaml:14:", "no request is signed")
        .doesNotContain("'/tmp'", "left out");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\u0000",
        "- a",
        "version: 2",
        "version: '1'",
        "network_policies: {}",
        "version: 1\nnetwork_policies: []",
        "version: 1\nversion: 1",
        "version: 1\n\tnetwork_policies: {}",
        "version: 1\na: &a [x]\nb: *a",
        "version: 1\n---\nversion: 1",
        "{version: 1",
      })
  void whatIsNoPolicyIsRejected(String text) {
    assertThat(read(text)).isInstanceOf(OpenShellImport.Rejected.class);
    assertThat(((OpenShellImport.Rejected) read(text)).problems()).isNotEmpty();
  }

  @Test
  void sizeHasABound() {
    assertThat(read("version: 1\n#" + "x".repeat(1 << 20)))
        .isInstanceOf(OpenShellImport.Rejected.class);
    StringBuilder many = new StringBuilder("version: 1\nnetwork_policies:\n");
    many.append("  r:\n    binaries: [{path: /x}]\n    endpoints:\n");
    for (int i = 0; i < 1001; i++) {
      many.append("      - {host: a").append(i).append(".example, port: 443}\n");
    }
    assertThat(read(many.toString()).toString()).contains("at most 1000 rules");
  }

  @Test
  void namesCantLeaveTheirComment() {
    String text =
        "version: 1\nnetwork_policies: {\"x\\n    - host: evil.example\\u202e\": {endpoints:"
            + " [{host: a.example, port: 443}], binaries: [{path: '/a\"b'}]}}";
    assertThat(compiled(text).allow()).extracting(EgressRule::host).containsExactly("a.example");
  }
}
