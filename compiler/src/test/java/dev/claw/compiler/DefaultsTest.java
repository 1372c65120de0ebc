package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentPolicy;
import dev.claw.model.ByteSize;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.ContainerSpec;
import dev.claw.model.EgressPolicy;
import dev.claw.model.ExecMode;
import dev.claw.model.Mount;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import dev.claw.model.Secret;
import dev.claw.model.Tmpfs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a template that says nothing stands for. */
class DefaultsTest {
  private final CompiledPolicy policy = Fixture.compiled(Fixture.template(""));

  @Test
  void agent() {
    AgentPolicy agent = policy.agent();
    assertThat(agent.tools()).isEqualTo(new AgentPolicy.Tools("coding", List.of(), List.of()));
    assertThat(agent.exec()).isEqualTo(ExecMode.ASK);
    assertThat(agent.skills()).isEmpty();
    assertThat(agent.plugins()).isEmpty();
    assertThat(agent.channels()).isEmpty();
    assertThat(agent.rules()).isEmpty();
  }

  @Test
  void models() {
    assertThat(policy.models().primary()).isEmpty();
    assertThat(policy.models().providers()).isEmpty();
    CompiledPolicy other =
        Fixture.compiled(
            Fixture.template(
                """
                models:
                  primary: p/m
                  providers:
                    p: {api: ollama, baseUrl: "http://127.0.0.1:1", models: [{id: m}]}
                """));
    assertThat(other.models().providers().getFirst().secret()).isEmpty();
    assertThat(other.models().providers().getFirst().models().getFirst().contextWindow())
        .isEqualTo(131_072);
    assertThat(other.models().providers().getFirst().models().getFirst().maxTokens())
        .isEqualTo(8192);
  }

  @Test
  void container() {
    ContainerSpec spec = policy.container();
    assertThat(spec.image().reference()).isEqualTo("localhost/claw-openclaw-agent");
    assertThat(spec.image().findDigest()).contains(Fixture.IMAGE);
    assertThat(spec.resources())
        .isEqualTo(
            new Resources(new ByteSize(2L << 30), 2000, 512, 4096, new ByteSize(256L << 20)));
    assertThat(spec.tmpfs())
        .containsExactly(
            new Tmpfs("/tmp", new ByteSize(256L << 20)),
            new Tmpfs("/home/agent", new ByteSize(64L << 20)));
    String folder = "/home/ann/.claw/agents/backend-agent";
    assertThat(spec.mounts())
        .containsExactly(
            new Mount(folder + "/workspace", "/workspace", Mount.Mode.RW),
            new Mount(folder + "/state", "/state", Mount.Mode.RW),
            new Mount(folder + "/logs", "/logs", Mount.Mode.RW),
            new Mount(folder + "/openclaw.json", "/etc/claw/openclaw.json", Mount.Mode.RO));
    assertThat(spec.environment()).isEqualTo(OpenClawEnvironment.VARIABLES);
    assertThat(spec.secrets())
        .containsExactly(
            new Secret(
                "claw." + Fixture.ID + ".gateway-token", new Secret.Target.File("gateway-token")));
    assertThat(spec.seccomp().kind()).isEqualTo(Seccomp.Kind.STRICT);
    assertThat(spec.stopGracePeriod()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void mountIsReadOnly() {
    assertThat(
            Fixture.compiled(
                    Fixture.template(
                        "container: {mounts: [{source: ~/src/app, target: /workspace/app}]}"))
                .container()
                .mounts()
                .getLast())
        .isEqualTo(new Mount("/home/ann/src/app", "/workspace/app", Mount.Mode.RO));
  }

  @Test
  void network() {
    assertThat(policy.container().network()).isEqualTo(NetworkProfile.OFFLINE);
    assertThat(policy.egress())
        .isEqualTo(
            new EgressPolicy(
                NetworkProfile.OFFLINE, List.of(), List.of(), EgressPolicy.Budgets.UNBOUNDED));
  }

  @Test
  void rule() {
    var rule =
        Fixture.compiled(
                Fixture.template("network: {profile: allowlist, allow: [{host: example.com}]}"))
            .egress()
            .allow()
            .getFirst();
    assertThat(rule.ports()).containsExactly(443);
    assertThat(rule.methods()).isEmpty();
    assertThat(rule.paths()).isEmpty();
    assertThat(rule.programs()).isEmpty();
    assertThat(rule.inspect()).isFalse();
    assertThat(rule.audit()).isFalse();
  }
}
