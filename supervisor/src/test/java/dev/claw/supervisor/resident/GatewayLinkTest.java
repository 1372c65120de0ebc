package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.AgentRecord;
import dev.claw.supervisor.Fixture;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayLinkTest {
  @TempDir Path folder;

  @Test
  void triesAgainAfterAFaultAndEndsLoudlyInAnError() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    var _ = fixture.start();
    AgentRecord coder = fixture.record(Fixture.CODER);
    Error why = new LinkageError("half a class");
    AtomicInteger tries = new AtomicInteger();
    List<String> log = new CopyOnWriteArrayList<>();
    CompletableFuture<Throwable> broken = new CompletableFuture<>();
    try (GatewayLink link =
        new GatewayLink(
            coder.id(),
            coder.name(),
            fixture.backend,
            socket -> {
              if (tries.incrementAndGet() == 3) {
                throw why;
              }
              throw new IllegalStateException("odd");
            },
            new GatewayBackOff(new Random(1)),
            log::add,
            broken::complete)) {
      link.start();
      assertThat(broken.get(30, TimeUnit.SECONDS)).isSameAs(why);
    }
    assertThat(log)
        .containsExactly(
            "coder: a fault of claw's with its gateway: java.lang.IllegalStateException: odd");
  }
}
