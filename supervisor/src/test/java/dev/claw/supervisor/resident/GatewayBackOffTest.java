package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GatewayBackOffTest {
  private final GatewayBackOff backOff = new GatewayBackOff(new Random(1));

  @Test
  void pausesGrowToABoundAndAreNeverNothing() {
    assertThat(backOff.next()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    for (int i = 0; i < 10; i++) {
      assertThat(backOff.next()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(30));
    }
    assertThat(backOff.next()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    backOff.reset();
    assertThat(backOff.next()).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whoIsCutOffWaitsLongerEachTime() {
    assertThat(backOff.penalty()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    for (int i = 0; i < 10; i++) {
      assertThat(backOff.penalty()).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(15));
    }
    assertThat(backOff.penalty()).isGreaterThanOrEqualTo(Duration.ofSeconds(450));
  }

  @Test
  void whatIsAboutToBeThereIsTriedOftenButNotForEver() {
    for (int i = 0; i < 100; i++) {
      assertThat(backOff.soon()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }
    for (int i = 0; i < 10; i++) {
      var _ = backOff.soon();
    }
    assertThat(backOff.soon()).isGreaterThanOrEqualTo(Duration.ofSeconds(15));
  }
}
