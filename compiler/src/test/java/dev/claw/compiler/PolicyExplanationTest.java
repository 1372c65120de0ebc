package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.compiler.PolicyExplanation.Enforcer;
import dev.claw.compiler.PolicyExplanation.Line;
import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.compiler.PolicyExplanation.Status;
import dev.claw.lock.PolicyLock;
import dev.claw.model.CompiledPolicy;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyExplanationTest {
  private static PolicyLock lock(String lines) throws Exception {
    return PolicyLock.of(Fixture.compiled(Fixture.template(lines)), 1, Optional.empty());
  }

  private static PolicyExplanation explain(String lines, String... missing) throws Exception {
    CompiledPolicy policy = Fixture.compiled(Fixture.template(lines));
    return PolicyExplanation.of(
        PolicyLock.of(policy, 1, Optional.empty()), policy.container(), Set.of(missing));
  }

  @ParameterizedTest
  @CsvSource({"memory, of memory", "cpu, CPUs", "pids, processes"})
  void aLimitWithoutItsControllerIsNotEnforced(String controller, String words) throws Exception {
    assertThat(explain("").lines())
        .filteredOn(line -> line.text().contains(words))
        .extracting(Line::enforcer, Line::status)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Enforcer.CGROUP, Status.ENFORCED));
    PolicyExplanation without = explain("", controller);
    assertThat(without.lines())
        .filteredOn(line -> line.text().contains(words))
        .extracting(Line::enforcer, Line::status)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Enforcer.NOBODY, Status.NOT_ENFORCED));
    assertThat(without.text()).contains("nobody    NOT ENFORCED: It should have at most");
  }

  @Test
  void anOfflineAgentReachesNoModelEither() throws Exception {
    String models =
        "models: {primary: local/m, providers: {local: {api: openai-completions, baseUrl:"
            + " 'http://127.0.0.1:11434/v1', models: [{id: m, contextWindow: 8192, maxTokens:"
            + " 1024}]}}}\n";
    assertThat(explain(models + "network: {profile: offline}").lines())
        .filteredOn(line -> line.section() == Section.MODELS)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.text()).startsWith("It reaches no model").contains("local/m");
              assertThat(line.enforcer()).isEqualTo(Enforcer.KERNEL);
            });
    assertThat(explain(models + "network: {profile: allowlist}").text())
        .contains("It thinks with local/m.", "broker");
  }

  @Test
  void anOpenNetworkIsNotEnforcedAndNeitherAreItsBudgets() throws Exception {
    assertThat(explain("network: {profile: open, budgets: {requestsPerMinute: 5}}").lines())
        .filteredOn(line -> line.section() == Section.REACH)
        .hasSize(2)
        .allMatch(line -> line.status() == Status.NOT_ENFORCED);
  }

  private static String row(PolicyExplanation explanation, String words) {
    return explanation.lines().stream()
        .filter(line -> line.text().contains(words))
        .map(line -> line.enforcer() + " " + line.status() + " " + line.text())
        .collect(java.util.stream.Collectors.joining("\n"));
  }

  @Test
  void eachRuleOfAnAllowlistSaysWhoEnforcesWhat() throws Exception {
    PolicyExplanation explanation =
        explain(
            """
            network:
              profile: allowlist
              allow:
                - {host: a.example, methods: [GET]}
                - {host: b.example, methods: [GET], inspect: true}
                - {host: c.example, audit: true}
                - {host: plain.example, ports: [80], paths: [/x]}
                - {host: git.example, programs: [/usr/bin/git]}
              deny:
                - {host: d.example}
                - {host: e.example, audit: true}
                - {host: f.example, paths: [/x]}
              budgets: {requestsPerMinute: 5}
            """);
    assertThat(row(explanation, "a.example"))
        .isEqualTo(
            "PROXY ENFORCED It can reach a.example, port 443, only GET.\n"
                + "NOBODY NOT_ENFORCED Over https to a.example the methods and paths of this rule"
                + " do not hold: they are inside TLS, and the rule has no 'inspect: true'.");
    assertThat(row(explanation, "b.example"))
        .isEqualTo(
            "PROXY ENFORCED It can reach b.example, port 443, only GET (claw looks inside TLS).");
    assertThat(row(explanation, "c.example"))
        .isEqualTo(
            "PROXY ENFORCED It is only recorded what this would admit: c.example, port 443.");
    assertThat(row(explanation, "plain.example")).doesNotContain("NOT_ENFORCED");
    assertThat(row(explanation, "d.example"))
        .isEqualTo("PROXY ENFORCED It can't reach d.example, port 443, whatever admits it.");
    assertThat(row(explanation, "e.example"))
        .startsWith("NOBODY NOT_ENFORCED It is only recorded what this would deny: e.example");
    assertThat(row(explanation, "f.example")).contains("(over https all of the host");
    assertThat(row(explanation, "an authority that only this agent trusts")).isNotEmpty();
    assertThat(row(explanation, "counts as its interpreter")).startsWith("PROXY ENFORCED");
    assertThat(row(explanation, "5 requests a minute")).startsWith("PROXY ENFORCED");
    assertThat(row(explanation, "Without claw's supervisor")).startsWith("KERNEL ENFORCED");
  }

  @Test
  void whatNoRuleUsesIsNotExplained() throws Exception {
    assertThat(explain("network: {profile: allowlist, allow: [{host: a.example}]}").text())
        .doesNotContain("authority", "interpreter", "NOT ENFORCED: Over https");
  }

  private static final String MODELS =
      "models: {primary: local/m, providers: {local: {api: openai-completions, baseUrl:"
          + " 'http://127.0.0.1:11434/v1', models: [{id: m, contextWindow: 8192, maxTokens:"
          + " 1024}]}}}\n";

  @Test
  void theBrokerSeesToTheModels() throws Exception {
    PolicyExplanation explanation = explain(MODELS + "network: {profile: allowlist}");
    assertThat(row(explanation, "through claw's model broker")).startsWith("BROKER ENFORCED");
    assertThat(row(explanation, "and no others, and none while")).startsWith("BROKER ENFORCED");
    assertThat(row(explanation, "not with their content")).startsWith("BROKER ENFORCED");
  }

  @Test
  void recordedContentIsSaidOutLoud() throws Exception {
    assertThat(
            row(
                explain(MODELS + "network: {profile: allowlist}\naudit: {content: true}"),
                "recorded with their content"))
        .startsWith("BROKER ENFORCED Model calls are recorded with their content");
    assertThat(PolicyDiff.between(lock(MODELS), lock(MODELS + "audit: {content: true}")).changes())
        .contains(
            new PolicyDiff.Change(
                Section.MODELS, PolicyDiff.Kind.ADDED, "content of calls", "", "recorded"));
  }

  @Test
  void anAgentOnAnOpenNetworkHasTheBrokerAndIsNotBoundToIt() throws Exception {
    PolicyExplanation explanation =
        explain(MODELS + "network: {profile: open, budgets: {modelTokensPerDay: 9000}}");
    assertThat(explanation.text())
        .contains("It thinks with local/m.")
        .doesNotContain("broker only");
    assertThat(row(explanation, "through claw's model broker")).startsWith("BROKER ENFORCED");
    assertThat(row(explanation, "and no others, and none while"))
        .startsWith("BROKER ENFORCED Through the broker");
    assertThat(row(explanation, "9000 tokens")).contains("through the broker");
    assertThat(row(explanation, "past the broker")).startsWith("NOBODY NOT_ENFORCED");
    assertThat(explain(MODELS + "network: {profile: allowlist}").text())
        .doesNotContain("past the broker");
  }

  @Test
  void rulesInWordsAreAdvisory() throws Exception {
    assertThat(explain("agent: {rules: Never push.}").text())
        .contains("nobody    advisory: It is told the rules");
    assertThat(explain("").text()).doesNotContain("advisory");
  }

  @Test
  void approvalsAreNoBoundary() throws Exception {
    assertThat(explain("agent: {exec: ask}").text()).contains("NOT ENFORCED: Approvals are kept");
    assertThat(explain("agent: {exec: deny}").text()).doesNotContain("Approvals are kept");
  }

  @Test
  void toolsAreThoseThatAreLeft() throws Exception {
    assertThat(explain("agent: {tools: {allow: ['group:fs', 'no*'], deny: [apply-patch]}}").text())
        .contains("these tools and no others: edit, ls, read, write.");
  }

  @Test
  void jsonHoldsTheSameLines() throws Exception {
    PolicyExplanation explanation = explain("");
    assertThat(explanation.json().get("lines").size()).isEqualTo(explanation.lines().size());
    assertThat(explanation.json().at("/lines/0/enforcer").asText()).isEqualTo("openclaw");
  }

  @Test
  void noLineIsWiderThanATerminal() throws Exception {
    assertThat(explain("extends: coder").text().lines()).allMatch(line -> line.length() <= 96);
  }

  @Test
  void aDifferenceNamesWhatChanged() throws Exception {
    PolicyLock before = lock("container: {mounts: [{source: ~/src/app, target: /workspace/a}]}");
    PolicyLock after =
        lock(
            "container: {resources: {memory: 4GiB}}\n"
                + "network: {profile: allowlist, allow: [{host: a.example}]}");
    PolicyDiff diff = PolicyDiff.between(before, after);
    assertThat(diff.changes())
        .contains(
            new PolicyDiff.Change(Section.TOUCH, PolicyDiff.Kind.CHANGED, "memory", "2GiB", "4GiB"),
            new PolicyDiff.Change(
                Section.TOUCH,
                PolicyDiff.Kind.REMOVED,
                "mount /workspace/a",
                "/home/ann/src/app ro",
                ""),
            new PolicyDiff.Change(
                Section.REACH,
                PolicyDiff.Kind.ADDED,
                "allow a.example, port 443",
                "",
                "not inspected"),
            new PolicyDiff.Change(
                Section.REACH, PolicyDiff.Kind.CHANGED, "network", "offline", "allowlist"));
    assertThat(diff.text())
        .contains("The agent can touch\n  ~ memory: 2GiB → 4GiB\n")
        .contains("  - mount /workspace/a: /home/ann/src/app ro\n")
        .contains("  + allow a.example, port 443: not inspected\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|network: {profile: allowlist, allow: [{host: a.example}]}|allow a.example",
        "|network: {profile: allowlist}|network",
        "network: {profile: allowlist}|network: {profile: open}|network",
        "network: {deny: [{host: a.example}]}||deny a.example",
        "|container: {resources: {memory: 4GiB}}|memory",
        "|container: {resources: {cpus: 2.5}}|cpus",
        "network: {budgets: {requestsPerMinute: 5}}||requests per minute",
        "network: {budgets: {bytesPerDay: 9MiB}}|network: {budgets: {bytesPerDay: 1GiB}}|bytes per",
        "|container: {mounts: [{source: ~/src/app, target: /x}]}|mount /x",
        "container: {mounts: [{source: ~/src/app, target: /x}]}|"
            + "container: {mounts: [{source: ~/src/app, target: /x, mode: rw}]}|mount /x",
        "|container: {seccomp: default}|seccomp",
        "agent: {exec: deny}|agent: {exec: full}|running programs",
        "agent: {tools: {deny: [read]}}||tool read",
        "agent: {tools: {allow: [read]}}||tool edit",
        "|container: {secrets: [{name: s, environment: S}]}|secret s",
        "network: {profile: allowlist, allow: [{host: a.example, inspect: true}]}|"
            + "network: {profile: allowlist, allow: [{host: a.example}]}|allow a.example",
        "network: {profile: allowlist, allow: [{host: a.example, audit: true}]}|"
            + "network: {profile: allowlist, allow: [{host: a.example}]}|allow a.example",
        "network: {profile: allowlist, deny: [{host: a.example}]}|"
            + "network: {profile: allowlist, deny: [{host: a.example, audit: true}]}|deny a.example",
      })
  void moreAndLessAreToldApart(
      @org.jspecify.annotations.Nullable String less,
      @org.jspecify.annotations.Nullable String more,
      String subject)
      throws Exception {
    PolicyLock before = lock(less == null ? "" : less);
    PolicyLock after = lock(more == null ? "" : more);
    assertThat(PolicyDiff.between(before, after).with(PolicyDiff.Effect.PERMITS))
        .anyMatch(change -> change.subject().startsWith(subject));
    assertThat(PolicyDiff.between(after, before).with(PolicyDiff.Effect.FORBIDS))
        .anyMatch(change -> change.subject().startsWith(subject));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|network: {profile: allowlist, allow: [{host: a.example, audit: true}]}|allow a.example",
        "|audit: {content: true}|content of calls",
        "|container: {seccomp: ~/filter.json}|seccomp",
        "container: {mounts: [{source: ~/src/app, target: /x}]}|"
            + "container: {mounts: [{source: /srv/data, target: /x}]}|mount /x",
        "|agent: {tools: {profile: messaging}}|tool profile",
      })
  void whatIsNeitherMoreNorLessChanges(
      @org.jspecify.annotations.Nullable String one, String other, String subject)
      throws Exception {
    assertThat(
            PolicyDiff.between(lock(one == null ? "" : one), lock(other))
                .with(PolicyDiff.Effect.OTHER))
        .anyMatch(change -> change.subject().startsWith(subject));
  }

  @Test
  void aDifferenceByEffectNamesEachChangeOnce() throws Exception {
    PolicyDiff diff =
        PolicyDiff.between(
            lock("container: {mounts: [{source: ~/src/app, target: /workspace/a}]}"),
            lock("network: {profile: allowlist, allow: [{host: a.example}]}"));
    assertThat(diff.byEffect())
        .startsWith("would newly permit\n")
        .contains("  reach   + allow a.example, port 443: not inspected\n")
        .contains("would no longer permit\n")
        .contains("  touch   - mount /workspace/a: /home/ann/src/app ro\n")
        .contains("changes\n  origin  ~ file container-spec.json: ");
    assertThat(diff.byEffect().lines()).hasSize(diff.changes().size() + 3);
    assertThat(PolicyDiff.between(lock(""), lock("")).byEffect()).isEmpty();
  }

  @Test
  void equalLocksDifferInNothing() throws Exception {
    assertThat(PolicyDiff.between(lock("extends: coder"), lock("extends: coder")).isEmpty())
        .isTrue();
    assertThat(PolicyDiff.between(lock(""), lock("")).text()).isEmpty();
  }

  @Test
  void inShortItSaysWhatIsReachedAndWhatNobodyEnforces() throws Exception {
    String all = explain("network: {profile: open}", "memory").inShort();
    assertThat(all).contains("(NOT ENFORCED)", " more lines: claw policy explain\n");
    assertThat(all.lines().filter(line -> line.startsWith("- ")))
        .hasSizeLessThan(explain("").lines().size());
  }
}
