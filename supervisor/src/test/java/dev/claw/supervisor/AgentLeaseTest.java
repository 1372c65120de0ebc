package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentLeaseTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path folder;
  private ClawHome home = new ClawHome(Path.of("/"));

  @BeforeEach
  void make() throws Exception {
    home = new ClawHome(folder.resolve("claw"));
    home.create();
  }

  /** Takes the lease without patience, says how that went, and keeps it until it is killed. */
  static final class Taker {
    private Taker() {}

    public static void main(String[] args) throws Exception {
      try (AgentLease _ = AgentLease.take(new ClawHome(Path.of(args[0])), CODER, Duration.ZERO)) {
        System.out.println("TAKEN");
        System.in.read();
      } catch (SupervisorException e) {
        System.out.println(e.reason());
      }
    }
  }

  private Process taker() throws Exception {
    return Forked.start(Taker.class, home.root().toString());
  }

  private static String firstLine(Process process) throws Exception {
    return String.valueOf(process.inputReader(StandardCharsets.UTF_8).readLine());
  }

  @Test
  void onlyOneHasItAndOnlyForThisAgent() throws Exception {
    try (AgentLease _ = AgentLease.take(home, CODER, Duration.ZERO)) {
      assertRefused(Reason.CONFLICT, () -> AgentLease.take(home, CODER, Duration.ofMillis(1)))
          .hasMessage("coder: another claw is changing this agent; try again when it is done");
      AgentLease.take(home, new AgentName("other"), Duration.ZERO).close();
    }
    AgentLease.take(home, CODER, Duration.ZERO).close();
  }

  @Test
  void closingTwiceGivesItAwayOnce() throws Exception {
    AgentLease first = AgentLease.take(home, CODER, Duration.ZERO);
    first.close();
    first.close();
    try (AgentLease _ = AgentLease.take(home, CODER, Duration.ZERO)) {
      assertRefused(Reason.CONFLICT, () -> AgentLease.take(home, CODER, Duration.ZERO));
    }
  }

  @Test
  void aThreadThatGaveUpWaitingDoesNotLetAnotherProcessIn() throws Exception {
    try (AgentLease _ = AgentLease.take(home, CODER, Duration.ZERO)) {
      assertRefused(Reason.CONFLICT, () -> AgentLease.take(home, CODER, Duration.ZERO));
      Process other = taker();
      assertThat(firstLine(other)).isEqualTo("CONFLICT");
      assertThat(other.waitFor()).isZero();
    }
  }

  @Test
  void aProcessThatIsKilledLeavesNothingHeld() throws Exception {
    Process other = taker();
    assertThat(firstLine(other)).isEqualTo("TAKEN");
    assertRefused(Reason.CONFLICT, () -> AgentLease.take(home, CODER, Duration.ZERO));
    other.toHandle().destroyForcibly();
    AgentLease.take(home, CODER, LONG).close();
  }

  @Test
  void whoWaitsGetsItWhenItIsFree() throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> waiting;
      try (AgentLease _ = AgentLease.take(home, CODER, Duration.ZERO)) {
        waiting =
            executor.submit(
                () -> {
                  AgentLease.take(home, CODER, LONG).close();
                  return null;
                });
      }
      waiting.get();
    }
  }

  @Test
  void anInterruptEndsTheWaiting() throws Exception {
    try (AgentLease _ = AgentLease.take(home, CODER, Duration.ZERO)) {
      Thread.currentThread().interrupt();
      assertRefused(Reason.INTERRUPTED, () -> AgentLease.take(home, CODER, LONG));
    }
    Process other = taker();
    assertThat(firstLine(other)).isEqualTo("TAKEN");
    Thread.currentThread().interrupt();
    assertRefused(Reason.INTERRUPTED, () -> AgentLease.take(home, CODER, LONG));
    other.toHandle().destroyForcibly();
    other.waitFor();
    AgentLease.take(home, CODER, LONG).close();
  }

  @Test
  void refusesALinkInItsPlace() throws Exception {
    Path target = folder.resolve("target");
    Files.createSymbolicLink(home.agents().resolve(".coder.lease"), target);
    assertRefused(Reason.STATE, () -> AgentLease.take(home, CODER, Duration.ZERO))
        .hasMessageContaining("can't be locked");
    assertThat(target).doesNotExist();
  }
}
