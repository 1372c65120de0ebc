package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.supervisor.Fixture;
import dev.claw.supervisor.SupervisorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The process ends while it is asked, or because it can't go on. */
@Timeout(300)
class ResidentEndTest extends OnResident {
  @Test
  void whoAsksInTheMomentOfTheEndIsServedByTheNextProcess() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch ending = new CountDownLatch(1);
    sink =
        line -> {
          log.add(line);
          if (line.startsWith("ends: nobody needs it")) {
            ending.countDown();
            join(asked); // it has decided, and still listens
          }
        };
    CompletableFuture<Void> first = start(folder, Optional.of(Duration.ZERO));
    ending.await();
    assertThat(ControlCall.ask(folder.control(), new ControlMessage.Request.Serve(Fixture.CODER)))
        .as("a promise that could not be kept")
        .isEmpty();
    sink = log::add;
    Path begun = temporary.resolve("begun");
    SupervisorClient starting = client(List.of("touch", begun.toString()));
    CompletableFuture<Path> served =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return starting.serve(Fixture.CODER);
              } catch (SupervisorException e) {
                throw new AssertionError(e);
              }
            },
            work -> Thread.ofPlatform().daemon().start(work));
    asked.countDown();
    first.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    await(() -> Files.exists(begun));
    var _ = start(folder, Optional.of(Duration.ofMinutes(5)));
    assertThat(served.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).exists();
    assertThat(client.status().orElseThrow().agents()).hasSize(1);
  }

  private static void join(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anAnswerThatIsBeingMadeKeepsTheProcess() throws Exception {
    Lifetime lifetime = new Lifetime(Optional.of(Duration.ZERO));
    assertThat(lifetime.answer()).isTrue();
    CompletableFuture<String> end =
        CompletableFuture.supplyAsync(
            lifetime::await, work -> Thread.ofPlatform().daemon().start(work));
    lifetime.needed(Lifetime.Need.EGRESS, true);
    lifetime.answered();
    assertThat(lifetime.answer()).as("it is needed now").isTrue();
    lifetime.needed(Lifetime.Need.EGRESS, false);
    lifetime.answered();
    assertThat(end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("nobody needs it");
    assertThat(lifetime.answer()).isFalse();
  }

  @Test
  void aWatchThatDiesEndsTheProcessAndLeavesItMissed() throws Exception {
    fixture.start();
    CompletableFuture<Void> process = run(Optional.empty());
    await(() -> log.contains("coder: runs, so its egress is open again"));
    fixture.backend.die(new StackOverflowError());
    assertThatThrownBy(() -> process.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .rootCause()
        .hasMessageContaining("the watch over containers is broken");
    assertThat(log).contains("the watch over containers is broken: java.lang.StackOverflowError");
    assertThat(folder.serving()).as("the next command starts it again").exists();
    assertThatThrownBy(client::revive).hasMessageContaining("claw supervisor run");
  }
}
