package dev.claw.access;

import static dev.claw.access.Scene.ANN;
import static dev.claw.access.Scene.CODER;
import static dev.claw.access.Scene.EVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.AccessGate.RequestOutcome.Requested;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several at once, on a real database. */
class RaceTest {
  private static final int ROUNDS = 10;

  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void make() throws Exception {
    scene = new Scene(folder);
  }

  private static <T> List<T> atOnce(List<Callable<T>> acts) throws Exception {
    CyclicBarrier together = new CyclicBarrier(acts.size());
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(acts.size())) {
      List<Future<T>> running = new ArrayList<>();
      for (Callable<T> act : acts) {
        running.add(
            threads.submit(
                () -> {
                  together.await();
                  return act.call();
                }));
      }
      for (Future<T> future : running) {
        results.add(future.get());
      }
    }
    return results;
  }

  @Test
  void twoPeopleWithOneToken() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      PairingToken token = scene.invite(Role.ADMIN);
      scene.told.clear();
      List<RequestOutcome> outcomes =
          atOnce(List.of(() -> scene.show(ANN, token), () -> scene.show(EVE, token)));
      assertThat(outcomes).filteredOn(Requested.class::isInstance).hasSize(1);
      long first = outcomes.getFirst() instanceof Requested ? ANN.id() : EVE.id();
      assertThat(scene.told).hasSize(1);
      assertThat(scene.told.getFirst()).startsWith(first + " coder admin: Two people");
      assertThat(scene.confirm(token, ANN.id())).isInstanceOf(ConfirmOutcome.Refused.class);
      assertThat(scene.confirm(token, EVE.id())).isInstanceOf(ConfirmOutcome.Refused.class);
      scene.pass(WrongTokens.PAUSE);
    }
    assertThat(scene.pairings.list(List.of(CODER)).pairings()).isEmpty();
  }

  @Test
  void theConfirmationAndASecondPerson() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      PairingToken token = scene.invite(Role.VIEWER);
      scene.show(ANN, token);
      List<Object> outcomes =
          atOnce(List.of(() -> scene.confirm(token, ANN.id()), () -> scene.show(EVE, token)));
      assertThat(outcomes.getLast()).isInstanceOf(RequestOutcome.Refused.class);
      assertThat(scene.may(ANN, ChatAction.STATUS))
          .as("paired, or void for both; " + outcomes)
          .isEqualTo(outcomes.getFirst() instanceof ConfirmOutcome.Confirmed);
      assertThat(scene.may(EVE, ChatAction.STATUS)).isFalse();
      scene.pairings.revoke(Scene.OPERATOR, CODER, ANN.id());
      scene.pass(WrongTokens.PAUSE);
    }
  }

  @Test
  void wrongIdsAtOnceCountEach() throws Exception {
    PairingToken token = scene.requested(Role.VIEWER);
    List<Callable<ConfirmOutcome>> acts = new ArrayList<>();
    for (int i = 1; i <= InvitationRow.MOST_TRIES; i++) {
      long wrong = ANN.id() + i;
      acts.add(() -> scene.confirm(token, wrong));
    }
    assertThat(atOnce(acts))
        .filteredOn(
            outcome ->
                outcome instanceof ConfirmOutcome.Refused refused
                    && refused.reason() == ConfirmOutcome.Reason.VOID)
        .hasSize(1);
    assertThat(scene.confirm(token, ANN.id())).isInstanceOf(ConfirmOutcome.Refused.class);
  }

  @Test
  void revokedWhileAsked() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      scene.pair(ANN, Role.OPERATOR);
      atOnce(
          List.of(
              () -> scene.pairings.revoke(Scene.OPERATOR, CODER, ANN.id()),
              () -> scene.pairings.role(Scene.OPERATOR, CODER, ANN.id(), Role.ADMIN)));
      assertThat(scene.may(ANN, ChatAction.STATUS)).as("no change brings it back").isFalse();
    }
  }
}
