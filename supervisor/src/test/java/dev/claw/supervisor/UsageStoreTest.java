package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.EgressUsage;
import dev.claw.model.AgentId;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageStoreTest {
  private static final AgentId ONE = new AgentId("1".repeat(32));
  private static final AgentId TWO = new AgentId("2".repeat(32));
  private static final Instant DAY = Instant.parse("2026-11-21T00:00:00Z");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path folder;

  private UsageStore store() {
    return new UsageStore(folder.resolve("claw.db"));
  }

  @Test
  void keepsWhatWasUsed() throws Exception {
    assertThat(store().read(ONE, NOON)).isEqualTo(EgressUsage.NONE);
    store().write(ONE, new EgressUsage(DAY, 5, 7));
    assertThat(store().read(ONE, NOON)).isEqualTo(new EgressUsage(DAY, 5, 7));
    assertThat(store().read(TWO, NOON)).isEqualTo(EgressUsage.NONE);
    try (StateDatabase state = StateDatabase.open(folder.resolve("claw.db"))) {
      state.forget(ONE);
    }
    assertThat(store().read(ONE, NOON)).isEqualTo(EgressUsage.NONE);
  }

  @Test
  void withinADayItOnlyGrows() throws Exception {
    store().write(ONE, new EgressUsage(DAY, 5, 7));
    store().write(ONE, new EgressUsage(DAY, 4, 8));
    assertThat(store().read(ONE, NOON)).isEqualTo(new EgressUsage(DAY, 5, 8));
    Instant next = DAY.plusSeconds(86_400);
    store().write(ONE, new EgressUsage(next, 1, 0));
    assertThat(store().read(ONE, next)).isEqualTo(new EgressUsage(next, 1, 0));
  }

  @Test
  void aDayThatACorrectedClockHasLeftCountsAsToday() throws Exception {
    store().write(ONE, new EgressUsage(DAY.plusSeconds(10 * 86_400), 5, 7));
    assertThat(store().read(ONE, NOON)).isEqualTo(new EgressUsage(DAY, 5, 7));
  }

  @Test
  void refusesWhatCanNotBe() throws Exception {
    assertRefused(Reason.STATE, () -> store().write(ONE, new EgressUsage(DAY, -1, 0)));
    assertThat(store().read(ONE, NOON)).isEqualTo(EgressUsage.NONE);
    Files.writeString(folder.resolve("claw.db"), "no database at all ".repeat(400));
    Files.deleteIfExists(folder.resolve("claw.db-wal"));
    Files.deleteIfExists(folder.resolve("claw.db-shm"));
    assertRefused(Reason.STATE, () -> store().read(ONE, NOON));
    assertRefused(Reason.STATE, () -> store().write(ONE, new EgressUsage(DAY, 1, 0)));
  }
}
