package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.EffectiveState;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectorTest {
  @TempDir Path folder;
  private @Nullable Fixture made;

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
  }

  private Fixture fixture() {
    return Objects.requireNonNull(made);
  }

  private AgentInspection inspect() throws Exception {
    return new Inspector(fixture().host).inspect(CODER);
  }

  @Test
  void whatRunsAsTheLockSaysHolds() throws Exception {
    assertThat(inspect().holds()).isTrue();
    fixture().start();
    assertThat(inspect().holds()).isTrue();
    assertThat(inspect().differences()).isEmpty();
  }

  /** A container that somebody made by hand, with every label that claw's own would have. */
  @Test
  void whatRunsAndIsNotWhatTheLockSaysDoesNotHold() throws Exception {
    fixture().start();
    fixture().backend.reality = state -> AgentStartScene.withCapabilities(state, 1);
    assertThat(inspect().status().holds()).isTrue();
    assertThat(inspect().holds()).isFalse();
    assertThat(inspect().differences()).singleElement().asString().startsWith("capabilities:");
  }

  @Test
  void aLimitThatTheHostDoesNotEnforceIsShownAndNoDrift() throws Exception {
    fixture().start();
    fixture().backend.reality =
        state -> AgentStartScene.with(state, new EffectiveState.Limits(-1, -1, -1, -1, 4096, 0));
    assertThat(inspect().holds()).isTrue();
    assertThat(inspect().differences()).hasSize(4);
    fixture().backend.reality =
        state -> AgentStartScene.with(state, new EffectiveState.Limits(-1, -1, -1, -1, 999999, 0));
    assertThat(inspect().holds()).isFalse();
  }
}
