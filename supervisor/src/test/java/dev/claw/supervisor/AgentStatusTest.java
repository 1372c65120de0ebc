package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.Digest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentStatusTest {
  @ParameterizedTest
  @CsvSource({"0,STOPPED", "130,STOPPED", "143,STOPPED", "137,FAILED", "1,FAILED", "139,FAILED"})
  void whatEndedWhenAskedHasNotFailed(int exitCode, AgentStatus.State state) {
    AgentContainer container =
        new AgentContainer(
            new AgentId("a".repeat(32)),
            Fixture.CODER,
            "c".repeat(64),
            AgentContainer.State.EXITED,
            Digest.of("lock"),
            null,
            null,
            exitCode);
    assertThat(AgentStatus.State.of(container)).isEqualTo(state);
  }
}
