package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.lock.StrictJson;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.Mount;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressInsideTest {
  private static final String INSPECTED =
      "network: {profile: allowlist, allow: [{host: a.example, inspect: true}]}";
  private static final String FOLDER = "/home/ann/.claw/agents/backend-agent";

  private static CompiledPolicy compiled(String lines) {
    return Fixture.compiled(Fixture.template(lines));
  }

  private static String proxy(CompiledPolicy policy) throws Exception {
    return StrictJson.parse(policy.openclawJson().getBytes(StandardCharsets.UTF_8), 1 << 20)
        .at("/proxy/proxyUrl")
        .asText();
  }

  @Test
  void anAllowlistAgentFindsTheProxyAndTheResolver() throws Exception {
    CompiledPolicy policy = compiled("network: {profile: allowlist}");
    assertThat(policy.container().environment())
        .containsAllEntriesOf(
            Map.of(
                "http_proxy", "http://127.0.0.1:3128",
                "https_proxy", "http://127.0.0.1:3128",
                "HTTP_PROXY", "http://127.0.0.1:3128",
                "HTTPS_PROXY", "http://127.0.0.1:3128",
                "no_proxy", "127.0.0.1,localhost,::1",
                "NO_PROXY", "127.0.0.1,localhost,::1"))
        .doesNotContainKeys("all_proxy", "ALL_PROXY", "SSL_CERT_FILE");
    assertThat(policy.container().mounts().getLast())
        .isEqualTo(new Mount(FOLDER + "/resolv.conf", "/etc/resolv.conf", Mount.Mode.RO));
    // OpenClaw would end at SIGTERM without finishing its turn.
    assertThat(proxy(policy)).isEmpty();
  }

  @Test
  void onlyWhereTlsIsLookedIntoAnotherAuthorityIsTrusted() {
    CompiledPolicy policy = compiled(INSPECTED);
    String bundle = "/etc/ssl/certs/ca-certificates.crt";
    assertThat(policy.container().mounts())
        .endsWith(new Mount(FOLDER + "/ca-certificates.crt", bundle, Mount.Mode.RO));
    for (String variable :
        List.of(
            "SSL_CERT_FILE",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "NODE_EXTRA_CA_CERTS",
            "PIP_CERT",
            "REQUESTS_CA_BUNDLE")) {
      assertThat(policy.container().environment()).containsEntry(variable, bundle);
    }
  }

  @Test
  void aRuleThatDeniesMayLookInsideToo() {
    assertThat(
            compiled(
                    "network: {profile: allowlist, deny: [{host: a.example, paths: [/x], inspect:"
                        + " true}]}")
                .egress()
                .inspects())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"offline", "open"})
  void withoutAProxyNothingPointsToOne(String profile) throws Exception {
    CompiledPolicy policy = compiled("network: {profile: " + profile + "}");
    assertThat(policy.container().environment()).isEqualTo(OpenClawEnvironment.VARIABLES);
    assertThat(policy.container().mounts()).hasSize(4);
    assertThat(proxy(policy)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "all_proxy",
        "https_proxy",
        "NO_PROXY",
        "PIP_CERT",
        "GIT_SSL_CAINFO",
        "SSL_CERT_DIR"
      })
  void aTemplateSetsNoneOfTheseVariables(String name) {
    assertThat(
            Fixture.problems(
                Fixture.template("container: {environment: {" + name + ": x}}\n" + INSPECTED)))
        .contains("belongs to claw");
  }

  @Test
  void theExplanationDoesNotTakeThemForTheTemplates() throws Exception {
    CompiledPolicy policy = compiled(INSPECTED);
    assertThat(
            PolicyExplanation.of(
                    dev.claw.lock.PolicyLock.of(policy, 1, java.util.Optional.empty()),
                    policy.container(),
                    java.util.Set.of())
                .text())
        .doesNotContain("sets the environment variables");
  }
}
