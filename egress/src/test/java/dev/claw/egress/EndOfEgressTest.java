package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is closed puts nothing on record any more, where a successor of its name may write. */
@Timeout(120)
class EndOfEgressTest {
  @Test
  void theEndsOfConnectionsAreOnRecordWhenItIsClosed() {
    CountDownLatch hold = new CountDownLatch(1);
    try (ProxiedHost good =
        ProxiedHost.of(
            TestHost.http(
                request -> {
                  try {
                    hold.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return TestHost.ok("late");
                }))) {
      good.inside.send(ProxiedHost.get("/"));
      Harness.await(() -> good.host.connections() == 1);
      good.harness.egress.close();
      int events = good.harness.events.size();
      assertThat(good.harness.endings()).containsExactly("the agent's egress was closed");
      assertThat(good.harness.egress.connections()).isZero();
      hold.countDown();
      assertThat(good.harness.events).hasSize(events);
    }
  }
}
