package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.CompiledPolicy;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EgressPolicy;
import dev.claw.model.Image;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyLockTest {

  @Test
  void readsBackWhatWasCompiled() throws JsonException {
    CompiledPolicy policy = Samples.policy();
    PolicyLock read = PolicyLock.read(StrictJson.parse(Samples.lock(2).canonicalBytes(), 1 << 20));
    assertThat(read).isEqualTo(Samples.lock(2));
    assertThat(read.reach()).isEqualTo(policy.egress());
    assertThat(read.models()).isEqualTo(policy.models());
    assertThat(read.decide().tools()).isEqualTo(policy.agent().tools());
    assertThat(read.decide().rules()).isEqualTo(Digest.of("Never push.\n"));
    assertThat(read.touch().mounts()).isEqualTo(policy.container().mounts());
    assertThat(read.touch().resources()).isEqualTo(policy.container().resources());
    assertThat(read.artefacts())
        .containsEntry("container-spec.json", Digest.of(policy.containerSpecJson()));
    assertThat(read.digest()).isEqualTo(Samples.lock(2).digest());
  }

  @Test
  void sameInputGivesTheSameBytes() throws JsonException {
    assertThat(Samples.lock(1).canonicalBytes()).isEqualTo(Samples.lock(1).canonicalBytes());
    assertThat(Samples.lock(1).digest()).isNotEqualTo(Samples.lock(2).digest());
  }

  @Test
  void secretsAreNamesOnly() throws JsonException {
    assertThat(Samples.lock(1).toJson().at("/touch/secrets").toString())
        .isEqualTo("[\"github-token\",\"ca\"]");
  }

  @Test
  void whatIsUnboundedOrUnknownIsAbsent() throws JsonException {
    CompiledPolicy policy = Samples.policy();
    CompiledPolicy bare =
        new CompiledPolicy(
            policy.template(),
            policy.agent(),
            new ModelPolicy("", List.of()),
            new EgressPolicy(
                policy.egress().profile(), List.of(), List.of(), EgressPolicy.Budgets.UNBOUNDED),
            withoutDigest(policy),
            policy.versions(),
            policy.templateYaml(),
            policy.openclawJson(),
            policy.containerSpecJson(),
            policy.seccompJson());
    PolicyLock lock = PolicyLock.of(bare, 1, Optional.empty());
    assertThat(lock.toJson().at("/reach/budgets").isEmpty()).isTrue();
    assertThat(lock.toJson().at("/image").has("digest")).isFalse();
    assertThat(lock.toJson().has("previous")).isFalse();
    assertThat(lock.toJson().at("/models").has("primary")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "OFFLINE, true, false",
    "ALLOWLIST, true, true",
    "ALLOWLIST, false, true",
    "OPEN, true, true",
    "OPEN, false, false"
  })
  void aDoorIsWhereRulesHoldOrAModelIsCalled(NetworkProfile network, boolean models, boolean door)
      throws JsonException {
    PolicyLock lock = Samples.lock(1);
    assertThat(
            new PolicyLock(
                    lock.agentId(),
                    lock.agentName(),
                    lock.serial(),
                    lock.previous(),
                    lock.template(),
                    lock.artefacts(),
                    lock.image(),
                    lock.decide(),
                    lock.touch(),
                    new EgressPolicy(network, List.of(), List.of(), EgressPolicy.Budgets.UNBOUNDED),
                    models ? lock.models() : new ModelPolicy("", List.of()),
                    lock.versions())
                .hasDoor())
        .isEqualTo(door);
  }

  @Test
  void thatModelCallsAreRecordedWithTheirContentIsLockedAndOtherwiseAbsent() throws JsonException {
    CompiledPolicy policy = Samples.policy();
    ModelPolicy models = policy.models();
    CompiledPolicy recorded =
        new CompiledPolicy(
            policy.template(),
            policy.agent(),
            new ModelPolicy(models.primary(), models.providers(), true),
            policy.egress(),
            policy.container(),
            policy.versions(),
            policy.templateYaml(),
            policy.openclawJson(),
            policy.containerSpecJson(),
            policy.seccompJson());
    PolicyLock with = PolicyLock.of(recorded, 1, Optional.empty());
    PolicyLock without = Samples.lock(1);
    assertThat(with.toJson().at("/models/content").booleanValue()).isTrue();
    assertThat(without.toJson().at("/models").has("content")).isFalse();
    assertThat(PolicyLock.read(with.toJson()).models().content()).isTrue();
    assertThat(PolicyLock.read(without.toJson()).models().content()).isFalse();
    assertThat(with.digest()).isNotEqualTo(without.digest());
  }

  @Test
  void whatHasNoCanonicalFormIsNotLocked() {
    assertThatThrownBy(() -> PolicyLock.of(Samples.policy("\ud800"), 1, Optional.empty()))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("lone surrogate");
  }

  private static ContainerSpec withoutDigest(CompiledPolicy policy) {
    var spec = policy.container();
    return new ContainerSpec(
        spec.id(),
        spec.name(),
        new Image(spec.image().reference(), null),
        spec.user(),
        spec.resources(),
        spec.mounts(),
        spec.tmpfs(),
        spec.environment(),
        spec.secrets(),
        spec.seccomp(),
        spec.network(),
        spec.stopGracePeriod());
  }
}
