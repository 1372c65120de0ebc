package dev.claw.lock;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.AgentPolicy;
import dev.claw.model.ByteSize;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.ExecMode;
import dev.claw.model.Image;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Mount;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import dev.claw.model.Secret;
import dev.claw.model.Tmpfs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A policy in which nothing is empty that need not be. */
final class Samples {
  static final AgentId ID = new AgentId("0123456789abcdef0123456789abcdef");
  static final AgentName NAME = new AgentName("coder");
  static final Digest IMAGE = Digest.of("image");
  static final String SECCOMP = "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}\n";
  static final String OPENCLAW = "{}\n";

  private Samples() {}

  static ContainerSpec spec() {
    return new ContainerSpec(
        ID,
        NAME,
        new Image("localhost/claw-openclaw-agent", IMAGE),
        new ContainerSpec.User(1000, 1001),
        new Resources(new ByteSize(2L << 30), 1500, 512, 4096, new ByteSize(256 << 20)),
        List.of(
            new Mount("/home/ann/.claw/agents/coder/workspace", "/workspace", Mount.Mode.RW),
            new Mount("/home/ann/src/app", "/workspace/app", Mount.Mode.RO)),
        List.of(new Tmpfs("/tmp", new ByteSize(256 << 20))),
        Map.of("LANG", "C.UTF-8", "EDITOR", "vi"),
        List.of(
            new Secret("github-token", new Secret.Target.Environment("GITHUB_TOKEN")),
            new Secret("ca", new Secret.Target.File("ca.pem"))),
        new Seccomp(Seccomp.Kind.STRICT, Digest.of(SECCOMP)),
        NetworkProfile.ALLOWLIST,
        Duration.ofSeconds(60));
  }

  static CompiledPolicy policy() {
    return policy("/repos/**");
  }

  static CompiledPolicy policy(String path) {
    return new CompiledPolicy(
        new CompiledPolicy.Template("coder", Digest.of("template")),
        new AgentPolicy(
            new AgentPolicy.Tools("coding", List.of("read"), List.of("browser")),
            ExecMode.ASK,
            List.of("git"),
            List.of("memory"),
            List.of("telegram"),
            "Never push.\n"),
        new ModelPolicy(
            "local/llama3.2",
            List.of(
                new ModelPolicy.Provider(
                    "local",
                    "openai-completions",
                    "http://127.0.0.1:11434/v1",
                    "",
                    List.of(new ModelPolicy.Model("llama3.2", 131072, 8192))),
                new ModelPolicy.Provider(
                    "cloud", "anthropic-messages", "https://api.example", "cloud-key", List.of()))),
        new EgressPolicy(
            NetworkProfile.ALLOWLIST,
            List.of(
                new EgressRule(
                    "api.github.com",
                    List.of(443),
                    List.of("GET"),
                    List.of(path),
                    true,
                    false,
                    List.of(
                        new EgressRule.Program("/usr/bin/git", ""),
                        new EgressRule.Program("/usr/bin/curl", Digest.of("curl").value())))),
            List.of(
                new EgressRule(
                    "**.example", List.of(80, 443), List.of(), List.of(), false, true, List.of())),
            new EgressPolicy.Budgets(600, Long.MAX_VALUE, 0)),
        spec(),
        new CompiledPolicy.Versions("0.1.0", "2026.9.6"),
        "name: coder\n",
        OPENCLAW,
        ContainerSpecJson.write(spec()),
        SECCOMP);
  }

  static PolicyLock lock(long serial) throws JsonException {
    return PolicyLock.of(
        policy(), serial, serial == 1 ? Optional.empty() : Optional.of(Digest.of("before")));
  }

  static HostKey key(int number) throws KeyException {
    byte[] seed = new byte[32];
    seed[0] = (byte) number;
    return Ed25519AgreementTest.hostKey(seed);
  }
}
