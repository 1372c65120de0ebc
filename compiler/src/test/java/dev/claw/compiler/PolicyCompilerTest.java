package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.lock.StrictJson;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.Seccomp;
import dev.claw.model.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCompilerTest {
  private static JsonNode openclaw(String lines) throws Exception {
    byte[] bytes =
        Fixture.compiled(Fixture.template(lines)).openclawJson().getBytes(StandardCharsets.UTF_8);
    return StrictJson.parse(bytes, 1 << 20);
  }

  @Test
  void sameInputSameBytes() {
    String text = Fixture.template("extends: coder\n");
    assertThat(Fixture.compiled(text)).isEqualTo(Fixture.compiled(text));
  }

  @ParameterizedTest
  @CsvSource({"2, 2000", "0.5, 500", "1.25, 1250", "0.01, 10", "1024, 1024000"})
  void cpusMayHaveAFraction(String cpus, int milli) {
    assertThat(
            Fixture.compiled(Fixture.template("container: {resources: {cpus: " + cpus + "}}"))
                .container()
                .resources()
                .milliCpus())
        .isEqualTo(milli);
  }

  @Test
  void whoOpensTheNetworkLeavesInheritedRulesBehind() {
    CompiledPolicy policy =
        Fixture.compiled(
            Fixture.template(
                "extends: coder\nnetwork: {profile: open, budgets: {requestsPerMinute: 7}}\n"));
    assertThat(Fixture.compiled(Fixture.template("extends: coder\n")).egress().deny()).isNotEmpty();
    assertThat(policy.egress().allow()).isEmpty();
    assertThat(policy.egress().deny()).isEmpty();
    assertThat(policy.egress().budgets().requestsPerMinute()).isEqualTo(7);
    assertThat(
            Fixture.problems(
                Fixture.template(
                    "extends: coder\nnetwork: {profile: open, deny: [{host: a.example}]}\n")))
        .as("rules of its own")
        .contains("on an open network no rule holds");
  }

  @Test
  void theOperatorsUrlAndKeyNeverReachOpenClaw() throws Exception {
    CompiledPolicy policy =
        Fixture.compiled(
            Fixture.template(
                """
                models:
                  primary: cloud/big/model:1
                  providers:
                    cloud:
                      api: anthropic-messages
                      baseUrl: "https://api.example.com/v1"
                      secret: example-key
                      models: [{id: "big/model:1"}]
                """));
    assertThat(policy.openclawJson())
        .contains("http://127.0.0.1:3129/v1/providers/cloud")
        .contains("\"primary\": \"cloud/big/model:1\"")
        .doesNotContain("api.example.com")
        .doesNotContain("example-key");
    assertThat(policy.models().providers().getFirst().secret()).isEqualTo("example-key");
  }

  @Test
  void overridesAreMergedLastAndDeep() throws Exception {
    JsonNode json =
        openclaw(
            """
            agent:
              openclaw:
                tools: {fs: {workspaceOnly: false}, loopDetection: {enabled: true}}
                cron: {enabled: true}
                agents: {defaults: {timeoutSeconds: 600, userTimezone: "UTC"}}
                memory: {citations: "off"}
            """);
    assertThat(json.at("/tools/fs/workspaceOnly").asBoolean(true)).isFalse();
    assertThat(json.at("/tools/loopDetection/enabled").asBoolean()).isTrue();
    assertThat(json.at("/tools/profile").asText()).isEqualTo("coding");
    assertThat(json.at("/cron/enabled").asBoolean()).isTrue();
    assertThat(json.at("/agents/defaults/timeoutSeconds").isIntegralNumber()).isTrue();
    assertThat(json.at("/agents/defaults/workspace").asText()).isEqualTo("/workspace");
    assertThat(json.at("/memory/citations").asText()).isEqualTo("off");
  }

  @Test
  void channelsKeepTheirSettings() throws Exception {
    String lines =
        """
        agent:
          plugins: [telegram]
          channels: {telegram: {dmPolicy: pairing}, irc: {enabled: false}}
        """;
    assertThat(openclaw(lines).at("/channels/telegram/enabled").asBoolean()).isTrue();
    assertThat(openclaw(lines).at("/channels/telegram/dmPolicy").asText()).isEqualTo("pairing");
    assertThat(openclaw(lines).at("/plugins/allow/0").asText()).isEqualTo("telegram");
    assertThat(Fixture.compiled(Fixture.template(lines)).agent().channels())
        .containsExactly("telegram");
  }

  @Test
  void withoutPluginsAllAreOff() throws Exception {
    assertThat(openclaw("agent: {}").at("/plugins/enabled").asBoolean(true)).isFalse();
  }

  @Test
  void secretsAreNamedOnly() {
    CompiledPolicy policy =
        Fixture.compiled(
            Fixture.template(
                """
                container:
                  secrets:
                    - {name: github-token, environment: GITHUB_TOKEN}
                    - {name: deploy.key, file: id}
                """));
    assertThat(policy.container().secrets().subList(1, 3))
        .containsExactly(
            new Secret("github-token", new Secret.Target.Environment("GITHUB_TOKEN")),
            new Secret("deploy.key", new Secret.Target.File("id")));
  }

  @Test
  void rulesAreResolved() {
    CompiledPolicy policy =
        Fixture.compiled(
            Fixture.template(
                """
                network:
                  profile: allowlist
                  allow:
                    - host: API.example.com
                      ports: [8443, 443, 443]
                      methods: [GET, GET]
                      paths: ["/repos/**"]
                      inspect: true
                      programs: [/usr/bin/git]
                  budgets: {requestsPerMinute: 0, bytesPerDay: 2GiB}
                """));
    assertThat(policy.egress().allow())
        .containsExactly(
            new EgressRule(
                "api.example.com",
                List.of(443, 8443),
                List.of("GET"),
                List.of("/repos/**"),
                true,
                false,
                List.of(new EgressRule.Program("/usr/bin/git", ""))));
    assertThat(policy.egress().budgets().requestsPerMinute()).isZero();
    assertThat(policy.egress().budgets().bytesPerDay()).isEqualTo(2L << 30);
    assertThat(policy.egress().budgets().modelTokensPerDay()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void seccompIsWhatTheTemplateNames() {
    CompiledPolicy standard = Fixture.compiled(Fixture.template("container: {seccomp: default}"));
    assertThat(standard.container().seccomp().kind()).isEqualTo(Seccomp.Kind.DEFAULT);
    assertThat(standard.seccompJson()).isEqualTo(Fixture.SECCOMP);
    CompiledPolicy custom =
        Fixture.compiled(Fixture.template("container: {seccomp: ~/filter.json}"));
    assertThat(custom.container().seccomp().kind()).isEqualTo(Seccomp.Kind.CUSTOM);
    assertThat(custom.seccompJson()).startsWith("{\"defaultAction\"");
  }

  @Test
  void gracePeriodInMinutes() {
    assertThat(
            Fixture.compiled(Fixture.template("container: {stopGracePeriod: 5m}"))
                .container()
                .stopGracePeriod())
        .isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void anImageThatIsNotHereHasNoDigest() {
    assertThat(
            Fixture.compiled(Fixture.template("container: {image: 'localhost/x:1'}"))
                .container()
                .image()
                .findDigest())
        .isEmpty();
  }
}
