package dev.claw.egress;

import static dev.claw.egress.Rules.host;
import static dev.claw.egress.Rules.paths;
import static dev.claw.egress.Rules.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.model.EgressPolicy;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which paths a rule admits, and which it denies, however a server may read them. */
class RulePathsTest {
  private static Decision decide(EgressPolicy policy, String path) {
    EgressRequest request =
        new EgressRequest(
            EgressRequest.Layer.HTTP, new HostName("a.b", null), 80, "GET", path, null);
    return EgressRules.of(policy, List.of()).decide(request, Instant.parse("2026-11-21T10:00:00Z"));
  }

  @ParameterizedTest
  @CsvSource({
    "/repos/**, /repos/a/b, true",
    "/repos/**, /repos, true",
    "/repos/**, /repos/, true",
    "/repos/**, /reposx, false",
    "/repos/**, /Repos/a, false",
    "/repos/**, /repos/../admin, false",
    "/repos/**, /repos/..%2fadmin, false",
    "/repos/**, /repos/%2e%2e/admin, false",
    "/repos/**, //repos/a, false",
    "/repos/**, /x/../repos/a, true",
    "/repos/*, /repos/a, true",
    "/repos/*, /repos/, false",
    "/repos/*, /repos/a/b, false",
    "/repos/*, /repos//a, false",
    "/repos/*/x, /repos/a/x, true",
    "/repos/v*/x, /repos/v12/x, true",
    "/repos/v*/x, /repos/w12/x, false",
    "/**/x, /a/b/x, true",
    "/**/x, /x, true",
    "/**/x/**/y, /a/x/b/c/y, true",
    "/**/x/**/y, /a/b/c/y, false",
    "/, /, true",
    "/, /a, false",
    "/a, /a?x=/b, true",
    "/public/**, /public//../secret, false",
    "/public/**, /public/a//../../../secret, false",
    "/public/**, //public/secret, false",
    "/**, //public/secret, false",
    "/repos/*, /repos/a;v=1, true",
    "/*/*.png, /admin/users;.png, false",
    "/v*x, /v1;x, false",
    "/v1;x, /v1;x, true",
    "/wiki/*, /wiki/Inc., true",
  })
  void pathsAdmitWhatTheyMatchInEachReading(String pattern, String path, boolean passes) {
    Decision decision = decide(policy(paths("a.b", 80, pattern)), path);
    assertThat(decision instanceof Allowed).isEqualTo(passes);
  }

  @ParameterizedTest
  @CsvSource({
    "/admin/**, /admin, true",
    "/admin/**, /admin/x, true",
    "/admin/**, /ADMIN/x, true",
    "/admin/**, //admin/x, true",
    "/admin/**, /x/../admin/x, true",
    "/admin/**, /%61dmin/x, true",
    "/admin/**, /x%2f..%2fadmin, true",
    "/admin, /admin/, true",
    "/admin/**, /public, false",
    "/admin/**, /x//../admin/users, true",
    "/admin/**, //x/admin/users, true",
    "/admin, /admin;x, true",
    "/admin/**, /admin;x/users, true",
    "/admin/users, /ADMIN;x=1/users;y, true",
    "/admin;x, /admin;x, true",
    "/admin/users, /admin./users%20, true",
    "/admin, /administrators;x, false",
    "/admin, /x;/admin;y, false",
  })
  void denyingPathsMatchInAnyReading(String pattern, String path, boolean denied) {
    EgressPolicy policy = policy(List.of(host("a.b", 80)), List.of(paths("a.b", 80, pattern)));
    assertThat(decide(policy, path) instanceof Denied).isEqualTo(denied);
  }
}
