package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.EffectiveState;
import dev.claw.supervisor.ScriptedBackend.Made;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One agent, a backend by script, and looks at what a start left. */
abstract class AgentStartScene {
  @TempDir Path folder;
  private @Nullable Fixture made;
  private @Nullable ScriptedBackend scripted;

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
    scripted = made.backend;
  }

  Fixture fixture() {
    return Objects.requireNonNull(made);
  }

  ScriptedBackend backend() {
    return Objects.requireNonNull(scripted);
  }

  Made container() throws Exception {
    return Objects.requireNonNull(backend().containers.get(fixture().record(CODER).id()));
  }

  void assertNothingStarted() {
    assertThat(backend().changes()).isEmpty();
  }

  AgentStart.Options allowing(String... limits) {
    return new AgentStart.Options(Optional.empty(), Duration.ZERO, Set.of(limits), step -> {});
  }

  String lastError() throws Exception {
    return String.valueOf(fixture().last(fixture().coder().audit()).event().details().get("error"));
  }

  static EffectiveState with(EffectiveState state, EffectiveState.Limits limits) {
    return copy(state, limits, state.capabilities());
  }

  static EffectiveState withCapabilities(EffectiveState state, long capabilities) {
    return copy(state, state.limits(), capabilities);
  }

  private static EffectiveState copy(
      EffectiveState state, EffectiveState.Limits limits, long capabilities) {
    return new EffectiveState(
        state.pid(),
        state.image(),
        state.user(),
        state.hostUser(),
        state.ownUserNamespace(),
        state.ownNetworkNamespace(),
        capabilities,
        state.noNewPrivileges(),
        state.seccompMode(),
        state.readOnlyRoot(),
        state.mounts(),
        state.interfaces(),
        limits,
        state.environment(),
        state.command(),
        state.secrets(),
        state.labels());
  }
}
