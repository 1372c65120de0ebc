package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentId;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.PolicyApply.Effect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyApplyTest {
  @TempDir private Path temporary = Path.of("/");
  private final List<Long> serials = new ArrayList<>();
  private Fixture fixture;
  private PolicyApply apply;

  @BeforeEach
  void prepare() throws Exception {
    fixture = Fixture.withCoder(temporary);
    apply = new PolicyApply(fixture.host, (why, before, after) -> serials.add(after.serial()));
  }

  private AgentId id() throws Exception {
    return fixture.record(Fixture.CODER).id();
  }

  private CompiledPolicy with(String rules, EgressRule... allow) throws Exception {
    CompiledPolicy policy = fixture.policy(Fixture.CODER, id(), rules);
    return new CompiledPolicy(
        policy.template(),
        policy.agent(),
        policy.models(),
        new EgressPolicy(
            NetworkProfile.ALLOWLIST, List.of(allow), List.of(), EgressPolicy.Budgets.UNBOUNDED),
        policy.container(),
        policy.versions(),
        policy.templateYaml(),
        policy.openclawJson(),
        policy.containerSpecJson(),
        policy.seccompJson());
  }

  private static EgressRule rule(String host) {
    return new EgressRule(host, List.of(443), List.of(), List.of(), false, false, List.of());
  }

  private PolicyLock lock() throws Exception {
    return new Policies(fixture.host).locked(Fixture.CODER).lock();
  }

  @Test
  void egressRulesAreInForceAtOnceForAnAgentThatGoesOn() throws Exception {
    fixture.start();
    Object shown = Files.getAttribute(fixture.coder().openclaw(), "unix:ino");
    fixture.backend.calls.clear();
    fixture.egress.served.clear();
    PolicyApply.Report report = apply.apply(Fixture.CODER, with("one", rule("example.com")));
    assertThat(report).isEqualTo(new PolicyApply.Report(Fixture.CODER, Effect.LIVE, 2));
    assertThat(lock().reach().allow()).containsExactly(rule("example.com"));
    assertThat(fixture.egress.served).containsExactly(Fixture.CODER);
    assertThat(fixture.backend.changes()).doesNotContain("stopContainer", "create", "start");
    assertThat(serials).containsExactly(2L);
    assertThat(Files.getAttribute(fixture.coder().openclaw(), "unix:ino")).isEqualTo(shown);
    assertThat(fixture.events(fixture.coder().audit())).endsWith("policy.apply DONE");
    assertThat(fixture.start().wasRunning()).isTrue();
    assertThat(new Overview(fixture.host).status(Fixture.CODER).holds()).isTrue();
  }

  @Test
  void whatTheContainerIsMadeFromNeedsARestart() throws Exception {
    fixture.start();
    assertThat(apply.apply(Fixture.CODER, with("two")).effect()).isEqualTo(Effect.AFTER_RESTART);
    assertThat(new Overview(fixture.host).status(Fixture.CODER).holds()).isFalse();
    Fixture.assertRefused(SupervisorException.Reason.DRIFT, fixture::start);
  }

  @Test
  void anAgentThatDoesNotRunStartsUnderTheNewLock() throws Exception {
    assertThat(apply.apply(Fixture.CODER, with("two")).effect()).isEqualTo(Effect.AT_NEXT_START);
    fixture.start();
    assertThat(lock().serial()).isEqualTo(2);
  }

  @Test
  void theAgentIsOfTheTemplateThatItIsLockedTo() throws Exception {
    CompiledPolicy policy = with("two");
    CompiledPolicy.Template other =
        new CompiledPolicy.Template("other", policy.template().digest());
    apply.apply(
        Fixture.CODER,
        new CompiledPolicy(
            other,
            policy.agent(),
            policy.models(),
            policy.egress(),
            policy.container(),
            policy.versions(),
            policy.templateYaml(),
            policy.openclawJson(),
            policy.containerSpecJson(),
            policy.seccompJson()));
    assertThat(new Overview(fixture.host).status(Fixture.CODER).template()).isEqualTo("other");
  }

  @Test
  void theSameTwiceIsOnce() throws Exception {
    assertThat(apply.apply(Fixture.CODER, with("one")).effect()).isEqualTo(Effect.NOTHING);
    assertThat(serials).isEmpty();
    assertThat(lock().serial()).isEqualTo(1);
  }

  @Test
  void aLockThatDoesNotHoldIsNotBuiltUpon() throws Exception {
    Files.writeString(fixture.coder().openclaw(), "{}");
    assertThatThrownBy(() -> apply.apply(Fixture.CODER, with("two")))
        .hasMessageContaining("claw start --force coder");
    assertThat(serials).isEmpty();
  }

  @Test
  void aPolicyOfAnotherAgentIsRefused() throws Exception {
    CompiledPolicy other = fixture.policy(Fixture.CODER, AgentId.random(fixture.random), "two");
    Fixture.assertRefused(
        SupervisorException.Reason.CONFLICT, () -> apply.apply(Fixture.CODER, other));
  }
}
