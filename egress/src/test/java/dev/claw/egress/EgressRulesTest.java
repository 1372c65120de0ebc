package dev.claw.egress;

import static dev.claw.egress.Rules.audited;
import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.inspected;
import static dev.claw.egress.Rules.methods;
import static dev.claw.egress.Rules.paths;
import static dev.claw.egress.Rules.policy;
import static dev.claw.egress.Rules.programs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressRequest.Layer;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.EgressRule.Program;
import dev.claw.model.InvalidValueException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressRulesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private static EgressRequest at(Layer layer, String host, int port) {
    return request(layer, host, port, "", "", null);
  }

  private static EgressRequest http(String method, String host, int port, String path) {
    return request(Layer.HTTP, host, port, method, path, null);
  }

  private static EgressRequest request(
      Layer layer, String host, int port, String method, String path, @Nullable Program program) {
    try {
      return new EgressRequest(layer, HostName.parse(host), port, method, path, program);
    } catch (InvalidValueException e) {
      throw new AssertionError(e);
    }
  }

  private static Decision decide(EgressPolicy policy, EgressRequest request) {
    return EgressRules.of(policy, List.of()).decide(request, NOW);
  }

  private static void assertDenied(EgressPolicy policy, EgressRequest request, Reason reason) {
    assertThat(decide(policy, request))
        .isInstanceOfSatisfying(
            Denied.class, denied -> assertThat(denied.reason()).isEqualTo(reason));
  }

  private static void assertAllowed(EgressPolicy policy, EgressRequest request) {
    assertThat(decide(policy, request)).isInstanceOf(Allowed.class);
  }

  @Test
  void withoutARuleNothingPasses() {
    assertDenied(policy(), at(Layer.CONNECTION, "example.com", 443), Reason.NO_RULE);
    assertDenied(policy(), http("GET", "example.com", 80, "/"), Reason.NO_RULE);
  }

  @ParameterizedTest
  @CsvSource({
    "example.com, example.com, true",
    "example.com, a.example.com, false",
    "example.com, example.com.evil.org, false",
    "example.com, notexample.com, false",
    "*.example.com, a.example.com, true",
    "*.example.com, a.b.example.com, false",
    "*.example.com, example.com, false",
    "*.example.com, aexample.com, false",
    "**.example.com, a.example.com, true",
    "**.example.com, a.b.c.example.com, true",
    "**.example.com, example.com, false",
    "**.example.com, a.notexample.com, false",
    "**.example.com, example.com.org, false",
    "**.com, a.b.c.d.e.com, true",
    "1.1.1.1, 1.1.1.1, true",
    "1.1.1.1, 1.1.1.2, false",
    "2606:4700::1111, [2606:4700:0:0::1111], true",
  })
  void hostPatternMatchesWholeLabels(String pattern, String asked, boolean passes) {
    Decision decision = decide(policy(host(pattern, 443)), at(Layer.TLS, asked, 443));
    assertThat(decision instanceof Allowed).isEqualTo(passes);
  }

  @Test
  void wildcardNeverMatchesAnAddress() {
    assertDenied(policy(host("**.1", 443)), at(Layer.TLS, "1.1.1.1", 443), Reason.NO_RULE);
  }

  @Test
  void otherPortIsDenied() {
    assertDenied(policy(host("a.b", 443, 8443)), at(Layer.TLS, "a.b", 22), Reason.NO_RULE);
    assertAllowed(policy(host("a.b", 443, 8443)), at(Layer.TLS, "a.b", 8443));
  }

  @Test
  void methodIsComparedAsItStands() {
    EgressPolicy policy = policy(methods("a.b", 80, "GET", "HEAD"));
    assertAllowed(policy, http("GET", "a.b", 80, "/"));
    assertDenied(policy, http("POST", "a.b", 80, "/"), Reason.METHOD);
    assertDenied(policy, http("get", "a.b", 80, "/"), Reason.METHOD);
  }

  @Test
  void ambiguousPathPassesWhereNoRuleHasPaths() {
    assertAllowed(policy(host("a.b", 80)), http("GET", "a.b", 80, "/@scope%2fname"));
  }

  @Test
  void denyWinsOverTheMoreSpecificRule() {
    EgressPolicy policy =
        policy(List.of(host("a.example.com", 443)), List.of(host("**.example.com", 443)));
    assertDenied(policy, at(Layer.TLS, "a.example.com", 443), Reason.DENY_RULE);
    assertDenied(policy, at(Layer.CONNECTION, "a.example.com", 443), Reason.DENY_RULE);
  }

  @Test
  void denyWithPathsHoldsOnHostAndPortWhereNobodyLooksInside() {
    EgressPolicy policy = policy(List.of(host("a.b", 443)), List.of(paths("a.b", 443, "/admin")));
    assertDenied(policy, at(Layer.TLS, "a.b", 443), Reason.DENY_RULE);
    assertDenied(policy, at(Layer.RAW, "a.b", 443), Reason.DENY_RULE);
    assertAllowed(policy, at(Layer.CONNECTION, "a.b", 443));
    EgressPolicy looking =
        policy(List.of(inspected(host("a.b", 443))), List.of(paths("a.b", 443, "/admin")));
    assertThat(decide(looking, at(Layer.TLS, "a.b", 443)))
        .isInstanceOfSatisfying(Allowed.class, allowed -> assertThat(allowed.inspect()).isTrue());
    assertDenied(looking, http("GET", "a.b", 443, "/admin"), Reason.DENY_RULE);
  }

  @Test
  void rawConnectionNeedsARuleThatLooksAtNothing() {
    assertAllowed(policy(host("git.host", 22)), at(Layer.RAW, "git.host", 22));
    assertDenied(policy(methods("a.b", 80, "GET")), at(Layer.RAW, "a.b", 80), Reason.PROTOCOL);
    assertDenied(policy(inspected(host("a.b", 443))), at(Layer.RAW, "a.b", 443), Reason.PROTOCOL);
  }

  @Test
  void closedTlsOnAnotherPortThan443DoesNotPassARuleWithPaths() {
    assertDenied(policy(paths("a.b", 8443, "/x")), at(Layer.TLS, "a.b", 8443), Reason.PROTOCOL);
    assertAllowed(policy(paths("a.b", 443, "/x")), at(Layer.TLS, "a.b", 443));
  }

  @Test
  void auditRuleDecidesNothingAndIsOnRecord() {
    EgressPolicy allowing = policy(audited(host("a.b", 443)));
    assertThat(decide(allowing, at(Layer.TLS, "a.b", 443)))
        .isInstanceOfSatisfying(
            Denied.class, denied -> assertThat(denied.audited()).isEqualTo("allow a.b:443"));
    EgressPolicy denying = policy(List.of(host("a.b", 443)), List.of(audited(host("**.b", 443))));
    assertThat(decide(denying, at(Layer.TLS, "a.b", 443)))
        .isInstanceOfSatisfying(
            Allowed.class, allowed -> assertThat(allowed.audited()).isEqualTo("deny **.b:443"));
  }

  @Test
  void ruleForProgramsDoesNotAdmitAnUnknownOne() {
    Program git = new Program("/usr/bin/git", "");
    Program pinned = new Program("/usr/bin/curl", "sha256:aa");
    EgressPolicy policy = policy(programs(host("a.b", 443), git, pinned));
    assertDenied(policy, at(Layer.TLS, "a.b", 443), Reason.PROGRAM);
    assertAllowed(
        policy, request(Layer.TLS, "a.b", 443, "", "", new Program("/usr/bin/git", "sha256:bb")));
    assertDenied(
        policy,
        request(Layer.TLS, "a.b", 443, "", "", new Program("/usr/bin/curl", "sha256:bb")),
        Reason.PROGRAM);
    EgressPolicy denying =
        policy(List.of(host("a.b", 443)), List.of(programs(host("a.b", 443), git)));
    assertDenied(denying, at(Layer.TLS, "a.b", 443), Reason.DENY_RULE);
  }

  @Test
  void grantAdmitsUntilItsInstantAndNotAtIt() throws Exception {
    Grant grant = Grant.parse("g1", "*.Example.com", List.of(443), NOW.plusSeconds(60));
    EgressRules rules = EgressRules.of(policy(), List.of(grant));
    EgressRequest request = at(Layer.TLS, "a.example.com", 443);
    assertThat(rules.decide(request, NOW.plusSeconds(59)))
        .isInstanceOfSatisfying(
            Allowed.class, allowed -> assertThat(allowed.grant()).isEqualTo("g1"));
    assertThat(rules.decide(request, NOW.plusSeconds(60))).isInstanceOf(Denied.class);
    assertThat(EgressRules.nextEnd(List.of(grant), NOW)).contains(NOW.plusSeconds(60));
  }

  @Test
  void grantDoesNotOverrideADeny() throws Exception {
    Grant grant = Grant.parse("g1", "a.b", List.of(443), NOW.plusSeconds(60));
    EgressRules rules =
        EgressRules.of(policy(List.of(), List.of(host("a.b", 443))), List.of(grant));
    assertThat(rules.decide(at(Layer.TLS, "a.b", 443), NOW)).isInstanceOf(Denied.class);
  }

  @Test
  void onlyAdmittedNamesExist() throws Exception {
    EgressRules rules =
        EgressRules.of(
            policy(
                List.of(host("**.example.com", 443), audited(host("audit.org", 443))),
                List.of(host("evil.example.com", 443), paths("half.example.com", 443, "/x"))),
            List.of(Grant.parse("g", "granted.org", List.of(22), NOW.plusSeconds(1))));
    assertThat(rules.admitsName(HostName.parse("a.example.com"), NOW)).isTrue();
    assertThat(rules.admitsName(HostName.parse("half.example.com"), NOW)).isTrue();
    assertThat(rules.admitsName(HostName.parse("granted.org"), NOW)).isTrue();
    assertThat(rules.admitsName(HostName.parse("granted.org"), NOW.plusSeconds(1))).isFalse();
    assertThat(rules.admitsName(HostName.parse("evil.example.com"), NOW)).isFalse();
    assertThat(rules.admitsName(HostName.parse("audit.org"), NOW)).isFalse();
    assertThat(rules.admitsName(HostName.parse("example.com"), NOW)).isFalse();
  }

  @Test
  void tenThousandRulesAndTheDeepestName() throws Exception {
    List<EgressRule> many = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      many.add(host((i % 3 == 0 ? "" : i % 3 == 1 ? "*." : "**.") + "h" + i + ".example.com", 443));
    }
    EgressRules rules = EgressRules.of(policy(many, List.of()), List.of());
    for (int i = 0; i < 10_000; i++) {
      String asked = (i % 3 == 0 ? "" : i % 3 == 1 ? "a." : "a.b.") + "h" + i + ".example.com";
      assertThat(rules.decide(at(Layer.TLS, asked, 443), NOW)).isInstanceOf(Allowed.class);
      assertThat(rules.decide(at(Layer.TLS, "x" + asked, 443), NOW) instanceof Allowed)
          .isEqualTo(i % 3 != 0);
    }
    String deep = "a.".repeat(110) + "h2.example.com";
    assertThat(rules.decide(at(Layer.TLS, deep, 443), NOW)).isInstanceOf(Allowed.class);
  }

  @Test
  void denialNamesHostAndPort() {
    assertThat(decide(policy(host("a.b", 443)), at(Layer.TLS, "c.d", 443)))
        .isEqualTo(new Denied(Reason.NO_RULE, "no rule admits c.d on port 443"));
  }
}
