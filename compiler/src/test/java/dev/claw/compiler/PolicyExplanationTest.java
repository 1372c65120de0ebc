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

  @Test
  void rulesOfAnAllowlistAreNotYet() throws Exception {
    PolicyExplanation explanation =
        explain(
            """
            network:
              profile: allowlist
              allow:
                - {host: a.example, methods: [GET]}
                - {host: b.example, methods: [GET], inspect: true}
                - {host: c.example, audit: true}
              deny: [{host: d.example}]
            """);
    assertThat(explanation.text())
        .contains("the agent reaches nothing until one carries them")
        .contains("a.example, port 443, only GET (on port 443 host and port only")
        .contains("b.example, port 443, only GET (claw looks inside TLS)")
        .contains("Only recorded, not decided: c.example")
        .contains("It can't reach d.example");
    assertThat(explanation.lines())
        .filteredOn(line -> line.section() == Section.REACH && line.text().contains(".example"))
        .hasSize(4)
        .allMatch(line -> line.status() == Status.NOT_YET);
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

  @Test
  void equalLocksDifferInNothing() throws Exception {
    assertThat(PolicyDiff.between(lock("extends: coder"), lock("extends: coder")).isEmpty())
        .isTrue();
    assertThat(PolicyDiff.between(lock(""), lock("")).text()).isEmpty();
  }
}
