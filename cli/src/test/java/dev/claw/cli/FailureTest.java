package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureTest {
  @ParameterizedTest
  @EnumSource(names = {"STATE", "DRIFT"})
  void whatASignalBrokeOffIsNoDamage(Reason reason) {
    SupervisorException broken =
        new SupervisorException(reason, "agent.yaml: can't be read; put it back from a backup");
    assertThat(Failure.afterSignal(broken))
        .isEqualTo(new Failure(ExitCode.INTERRUPTED, "broken off"));
    assertThat(Failure.of(broken).message()).contains("backup");
  }

  @Test
  void whatIsNotOnRecordIsSaidAlsoAfterASignal() {
    Failure failure =
        Failure.afterSignal(
            new SupervisorException(Reason.AUDIT, "agent.stop was done, but is not on record"));
    assertThat(failure)
        .isEqualTo(new Failure(ExitCode.STATE, "agent.stop was done, but is not on record"));
  }
}
