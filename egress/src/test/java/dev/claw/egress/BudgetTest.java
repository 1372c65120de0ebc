package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.EgressPolicy.Budgets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final Instant NOW = Instant.parse("2026-11-21T23:59:30Z");

  @Test
  void requestsFreeAfterAMinuteAndNotBefore() {
    Budget budget = new Budget(new Budgets(2, 100, 100), EgressUsage.NONE);
    assertThat(budget.takeRequest(NOW)).isEmpty();
    assertThat(budget.takeRequest(NOW.plusSeconds(59))).isEmpty();
    assertThat(budget.takeRequest(NOW.plusSeconds(59)))
        .contains("the budget of 2 requests a minute is used up until 2026-11-22T00:00:30Z");
    assertThat(budget.takeRequest(NOW.plusSeconds(60))).isEmpty();
  }

  @Test
  void bytesAndTokensFreeAtMidnightUtc() {
    Budget budget = new Budget(new Budgets(9, 100, 50), EgressUsage.NONE);
    assertThat(budget.countBytes(99, NOW)).isTrue();
    assertThat(budget.countBytes(1, NOW)).isFalse();
    budget.countTokens(50, NOW);
    assertThat(budget.takeRequest(NOW).orElseThrow()).endsWith("until 2026-11-22T00:00:00Z");
    assertThat(budget.checkTokens(NOW).orElseThrow()).endsWith("until 2026-11-22T00:00:00Z");
    assertThat(budget.takeRequest(NOW.plusSeconds(30))).isEmpty();
    assertThat(budget.checkTokens(NOW.plusSeconds(30))).isEmpty();
  }

  @Test
  void whatIsBeyondCountingStaysUsedUp() {
    Budget budget = new Budget(new Budgets(9, 100, 50), EgressUsage.NONE);
    for (int i = 0; i < 2; i++) {
      budget.countTokens(Long.MAX_VALUE, NOW);
      assertThat(budget.countBytes(Long.MAX_VALUE, NOW)).isFalse();
    }
    assertThat(budget.usage().modelTokens()).isPositive();
    assertThat(budget.usage().bytes()).isPositive();
    assertThat(budget.checkTokens(NOW)).isPresent();
  }

  @Test
  void whatWasUsedOutlivesARestart() {
    Budget before = new Budget(new Budgets(9, 100, 50), EgressUsage.NONE);
    before.countBytes(100, NOW);
    Budget after = new Budget(new Budgets(9, 100, 50), before.usage());
    assertThat(after.takeRequest(NOW)).isPresent();
  }

  @Test
  void zeroAllowsNothing() {
    Budget budget = new Budget(new Budgets(0, 0, 0), EgressUsage.NONE);
    assertThat(budget.takeRequest(NOW)).isPresent();
    assertThat(budget.checkTokens(NOW)).isPresent();
  }
}
