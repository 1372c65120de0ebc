package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An agent {@code coder} with rules and models of each kind, whose egress can be looked at. */
final class EgressScene {
  final Fixture fixture;

  EgressScene(Path folder) throws Exception {
    fixture = Fixture.initialised(folder);
    create(CODER, NetworkProfile.ALLOWLIST);
  }

  private static EgressRule rule(
      String host, int port, List<String> methods, List<String> paths, boolean inspect) {
    return new EgressRule(host, List.of(port), methods, paths, inspect, false, List.of());
  }

  void create(AgentName name, NetworkProfile profile) throws Exception {
    CompiledPolicy made = fixture.policy(name, AgentId.random(fixture.random), "one");
    List<EgressRule> allow =
        List.of(
            rule("plain.example", 443, List.of(), List.of(), false),
            rule("half.example", 443, List.of("GET"), List.of("/a/**"), false),
            rule("seen.example", 443, List.of("GET"), List.of("/a/**"), true),
            rule("web.example", 80, List.of("GET"), List.of("/a/**"), false),
            rule("git.example", 22, List.of(), List.of(), false));
    List<EgressRule> deny = List.of(rule("**.evil.example", 443, List.of(), List.of(), false));
    ModelPolicy models =
        new ModelPolicy(
            "a/one",
            List.of(
                new ModelPolicy.Provider(
                    "a",
                    "anthropic-messages",
                    "https://api.anthropic.com",
                    "anthropic",
                    List.of(
                        new ModelPolicy.Model("one", 1000, 100),
                        new ModelPolicy.Model("two", 1000, 100))),
                new ModelPolicy.Provider(
                    "local",
                    "openai-completions",
                    "http://127.0.0.1:11434/v1",
                    "",
                    List.of(new ModelPolicy.Model("llama", 1000, 100)))));
    new AgentCreation(fixture.host)
        .create(
            new CompiledPolicy(
                made.template(),
                made.agent(),
                models,
                new EgressPolicy(profile, allow, deny, EgressPolicy.Budgets.UNBOUNDED),
                made.container(),
                made.versions(),
                made.templateYaml(),
                made.openclawJson(),
                made.containerSpecJson(),
                made.seccompJson()));
  }

  void grant(String host, int port) throws Exception {
    new Grants(fixture.host, agent -> {}).give(CODER, host, List.of(port), Duration.ofMinutes(30));
  }
}
