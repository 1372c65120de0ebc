package dev.claw.access.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LanesTest {
  @Test
  void keepsTheOrderInALaneAndNoneBetweenLanes() throws Exception {
    try (Lanes lanes = new Lanes()) {
      CountDownLatch gate = new CountDownLatch(1);
      CountDownLatch other = new CountDownLatch(1);
      CountDownLatch last = new CountDownLatch(1);
      List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
      lanes.submit("a", () -> await(gate));
      for (int i = 0; i < 5; i++) {
        int number = i;
        assertThat(lanes.submit("a", () -> ran.add(number))).isTrue();
      }
      lanes.submit("a", last::countDown);
      lanes.submit("b", other::countDown);
      other.await();
      assertThat(ran).isEmpty();
      gate.countDown();
      last.await();
      assertThat(ran).containsExactly(0, 1, 2, 3, 4);
    }
  }

  @Test
  void isBounded() {
    try (Lanes lanes = new Lanes()) {
      CountDownLatch gate = new CountDownLatch(1);
      int taken = 0;
      for (int i = 0; i < 100; i++) {
        taken += lanes.submit("a", () -> await(gate)) ? 1 : 0;
      }
      assertThat(taken).isBetween(10, 11);
      for (int lane = 0; lane < 2000; lane++) {
        for (int i = 0; i < 5; i++) {
          taken += lanes.submit("lane" + lane, () -> await(gate)) ? 1 : 0;
        }
      }
      assertThat(taken).isLessThan(5000);
      gate.countDown();
    }
  }

  @Test
  void whatHasBegunCountsUntilItIsOver() throws Exception {
    try (Lanes lanes = new Lanes()) {
      CountDownLatch gate = new CountDownLatch(1);
      CountDownLatch running = new CountDownLatch(500);
      for (int lane = 0; lane < 500; lane++) {
        boolean taken =
            lanes.submit(
                "lane" + lane,
                () -> {
                  running.countDown();
                  await(gate);
                });
        assertThat(taken).isTrue();
      }
      running.await();
      assertThat(lanes.submit("late", () -> {})).isFalse();
      gate.countDown();
      Waiting.until(() -> "room", () -> lanes.submit("late", () -> {}));
    }
  }

  @Test
  void whatWaitedBehindAnErrorTakesNoRoom() {
    try (Lanes lanes = new Lanes()) {
      for (int lane = 0; lane < 60; lane++) {
        CountDownLatch gate = new CountDownLatch(1);
        lanes.submit(
            "lane" + lane,
            () -> {
              await(gate);
              throw new Fatal();
            });
        for (int i = 0; i < 9; i++) {
          lanes.submit("lane" + lane, () -> {});
        }
        gate.countDown();
      }
      Waiting.until(() -> "room", () -> lanes.submit("other", () -> {}));
    }
  }

  private static final class Fatal extends Error {
    private static final long serialVersionUID = 1L;

    Fatal() {
      super("fatal", null, false, false);
    }
  }

  @Test
  void keepsRoomForAWordToThoseWhoFillIt() throws Exception {
    try (Lanes lanes = new Lanes()) {
      CountDownLatch gate = new CountDownLatch(1);
      CountDownLatch running = new CountDownLatch(50);
      for (int lane = 0; lane < 50; lane++) {
        lanes.submit(
            "lane" + lane,
            () -> {
              running.countDown();
              await(gate);
            });
      }
      running.await();
      for (int i = 0; i < 450; i++) {
        assertThat(lanes.submit("lane" + i % 50, () -> {})).isTrue();
      }
      assertThat(lanes.submit("late", () -> {})).isFalse();
      assertThat(lanes.submitApart("told", () -> await(gate))).isTrue();
      int taken = 0;
      for (int i = 0; i < 2000; i++) {
        taken += lanes.submitApart("told" + i % 500, () -> await(gate)) ? 1 : 0;
      }
      assertThat(taken).isBetween(100 - 1, 500 + 100);
      gate.countDown();
    }
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void limitsEachCallerOnItsOwn() {
    AtomicLong nanos = new AtomicLong();
    RateLimit limit = new RateLimit(2, Duration.ofSeconds(3), nanos::get);
    for (int i = 0; i < 2; i++) {
      assertThat(limit.take("a")).isInstanceOf(RateLimit.Outcome.Passes.class);
    }
    assertThat(limit.take("a"))
        .isEqualTo(new RateLimit.Outcome.Refused(true, Duration.ofSeconds(3)));
    nanos.addAndGet(1_000_000_000);
    assertThat(limit.take("a"))
        .isEqualTo(new RateLimit.Outcome.Refused(false, Duration.ofSeconds(2)));
    assertThat(limit.take("b")).isInstanceOf(RateLimit.Outcome.Passes.class);
    nanos.addAndGet(2_000_000_000);
    assertThat(limit.take("a")).isInstanceOf(RateLimit.Outcome.Passes.class);
    assertThat(limit.take("a"))
        .isEqualTo(new RateLimit.Outcome.Refused(true, Duration.ofSeconds(3)));
  }
}
