package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever takes the thread that writes decisions, nobody waits for it. */
@Timeout(120)
class BrokenWriterTest {
  private static EgressEvent event(int connection) {
    return new EgressEvent.Decided(
        new AgentName("coder"),
        Instant.EPOCH,
        connection,
        EgressEvent.Kind.TLS,
        new Decision.Allowed("example.com:443", "", false, ""),
        "example.com",
        443,
        "192.0.2.1",
        "",
        "",
        "",
        1);
  }

  @Test
  void aDeadWriterFailsWhoWaitsAndWhoComesAndSaysSo() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<Throwable> said = new CompletableFuture<>();
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    try (AuditedDecisions log =
        new AuditedDecisions(
            () -> {
              try {
                gate.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              throw new StackOverflowError();
            },
            new Actor("supervisor", "egress"),
            said::complete)) {
      for (int i = 0; i < 3000; i++) {
        waiting.add(log.record(event(i), Runnable::run).durable().toCompletableFuture());
      }
      gate.countDown();
      assertThat(said.join()).isInstanceOf(StackOverflowError.class);
      assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
      assertThat(log.record(event(1), Runnable::run).durable().toCompletableFuture())
          .isCompletedExceptionally();
    }
  }
}
