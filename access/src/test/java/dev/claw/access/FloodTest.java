package dev.claw.access;

import static dev.claw.access.Scene.ANN;
import static dev.claw.access.Scene.CODER;
import static dev.claw.access.Scene.EVE;
import static dev.claw.access.Scene.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.AccessGate.RequestOutcome.Reason;
import dev.claw.access.AccessGate.RequestOutcome.Refused;
import dev.claw.access.AccessGate.RequestOutcome.Requested;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strangers who try much. */
class FloodTest {
  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void make() throws Exception {
    scene = new Scene(folder);
  }

  private Reason wrong(ChatUser user) throws AccessException {
    return ((Refused) scene.show(user, PairingToken.random(scene.random))).reason();
  }

  @Test
  void twoHundredWrongTokensOfOnePersonEndInAPause() throws Exception {
    PairingToken right = scene.invite(Role.ADMIN);
    for (int i = 0; i < 200; i++) {
      assertThat(wrong(EVE))
          .as("token " + i)
          .isEqualTo(i < WrongTokens.MOST ? Reason.UNKNOWN : Reason.TOO_MANY);
    }
    assertThat(scene.show(EVE, right))
        .as("the right one is not looked at either")
        .isEqualTo(new Refused(Reason.TOO_MANY, Words.toPerson(Reason.TOO_MANY)));
    assertThat(scene.show(ANN, right)).as("others may").isInstanceOf(Requested.class);
    assertThat(scene.count("access_wrong_token", "TRUE")).isEqualTo(1);
    assertThat(scene.hostEvents()).hasSize(1);

    scene.pass(FoldedRecords.WINDOW);
    scene.gate.settle();
    assertThat(scene.hostEvents()).hasSize(2);
    AuditEvent rest = scene.records(Optional.empty()).getLast().event();
    assertThat(rest.actor()).isEqualTo(EVE.actor());
    assertThat(rest.details())
        .containsEntry("count", 200L)
        .containsEntry("reasons", List.of("too_many", "unknown"));

    scene.pass(WrongTokens.PAUSE);
    assertThat(wrong(EVE)).isEqualTo(Reason.UNKNOWN);
  }

  @Test
  void aPauseThatIsNotKeptDoesNotBegin() throws Exception {
    for (int i = 0; i < 3 * WrongTokens.MOST; i++) {
      assertThat(wrong(EVE)).isEqualTo(Reason.UNKNOWN);
      if (i % (WrongTokens.MOST - 1) == 0) {
        scene.pass(WrongTokens.PAUSE);
      }
    }
  }

  @Test
  void howeverManyPeopleTryFewRowsAreKeptAndThoseWhoMayNotTryStay() throws Exception {
    for (int i = 0; i < WrongTokens.MOST; i++) {
      wrong(EVE);
    }
    scene.inTransaction(
        (connection, now) -> {
          for (int i = 1; i <= 2 * WrongTokens.ROWS; i++) {
            WrongTokens.add(connection, 10_000 + i, now);
          }
          return now;
        });
    assertThat(scene.count("access_wrong_token", "TRUE")).isEqualTo(WrongTokens.ROWS);
    assertThat(wrong(EVE)).isEqualTo(Reason.TOO_MANY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "'; DROP TABLE access_pairing; --",
        "AAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAA\n",
        "-AAAAAAAAAAAAAAAAAAAAAAA",
        "\u202eAAAAAAAAAAAAAAAAAAAAAA",
        "\ud800"
      })
  void whatIsNoTokenIsAWrongOne(String text) throws Exception {
    assertThat(scene.gate.request(EVE, text))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.UNKNOWN));
    assertThat(scene.gate.request(EVE, text.repeat(100_000))).isInstanceOf(Refused.class);
  }

  @Test
  void whoHasNoIdIsNobody() throws Exception {
    PairingToken token = scene.invite(Role.ADMIN);
    for (long id : new long[] {0, -1, Long.MIN_VALUE, 1L << 52, Long.MAX_VALUE}) {
      RequestOutcome outcome = scene.show(new ChatUser(id, "", ""), token);
      assertThat(outcome).isInstanceOf(Refused.class);
    }
    assertThat(scene.invitations.state(token.hash())).isInstanceOf(InvitationState.Open.class);
  }

  @Test
  void aThousandCommandsOfAStrangerAreTwoRecords() throws Exception {
    for (int i = 0; i < 1000; i++) {
      scene.gate.decide(
          EVE, new AgentName("a" + i), i % 2 == 0 ? ChatAction.STATUS : ChatAction.STOP);
    }
    scene.gate.close();
    assertThat(scene.hostEvents()).hasSize(2);
    assertThat(scene.records(Optional.empty()).getLast().event().details())
        .containsEntry("count", 999L)
        .containsEntry("actions", Map.of("status", 499L, "stop", 500L));
  }

  @Test
  void whatConcernsNoAgentIsOnRecordAndFoldedTheSameWay() throws Exception {
    for (int i = 0; i < 100; i++) {
      scene.gate.done(EVE, i % 4 == 0 ? "whoami" : "help");
      scene.gate.refused(EVE, Optional.empty(), "button", "not_valid");
    }
    scene.gate.refused(ANN, Optional.of(CODER), "status", "rate");
    assertThat(scene.hostEvents())
        .containsExactly(
            "access.command telegram:666 DONE", "access.command telegram:666 REFUSED not_valid");
    assertThat(scene.records(Optional.empty()).getFirst().event().details())
        .containsEntry("action", "whoami");
    assertThat(scene.coderEvents()).containsExactly("access.command telegram:4711 REFUSED rate");
    scene.gate.close();
    assertThat(scene.records(Optional.empty()).stream().map(one -> one.event().details()))
        .anySatisfy(
            rest -> assertThat(rest).containsEntry("actions", Map.of("help", 75L, "whoami", 24L)))
        .anySatisfy(
            rest ->
                assertThat(rest)
                    .containsEntry("actions", Map.of("button", 99L))
                    .containsEntry("reasons", List.of("not_valid")));
  }

  @Test
  void nobodysRefusalFailsBecauseAnothersCannotBeRecorded() throws Exception {
    scene.gate.decide(EVE, OTHER.name(), ChatAction.STOP);
    scene.gate.decide(EVE, OTHER.name(), ChatAction.STOP);
    scene.pass(FoldedRecords.WINDOW);
    scene.unwritable.add(Optional.of(OTHER.name()));
    scene.unwritable.add(Optional.empty());

    assertThat(scene.may(ANN, ChatAction.STOP)).isFalse();
    assertThat(scene.coderEvents()).hasSize(1);
    assertThatThrownBy(() -> scene.gate.decide(EVE, OTHER.name(), ChatAction.STOP))
        .as("her own can't be recorded")
        .isInstanceOf(AccessException.class);
    assertThatThrownBy(() -> scene.gate.settle()).isInstanceOf(AccessException.class);

    scene.unwritable.clear();
    scene.gate.settle();
    assertThat(scene.records(Optional.of(OTHER.name())).getLast().event().details())
        .as("nothing is lost meanwhile")
        .containsEntry("count", 1L);
  }

  @Test
  void aThousandStrangersAreFewRecords() throws Exception {
    for (int i = 1; i <= 1000; i++) {
      scene.gate.decide(new ChatUser(i, "", ""), CODER.name(), ChatAction.STATUS);
    }
    scene.gate.close();
    List<String> all = scene.hostEvents();
    all.addAll(scene.coderEvents());
    assertThat(all).hasSizeLessThanOrEqualTo(FoldedRecords.MOST + 2);
    assertThat(scene.hostEvents().getFirst()).contains("telegram:others");
  }

  @Test
  void nothingIsLookedAtWhereNothingWasCounted() throws Exception {
    scene.pragma = "no statement";
    scene.gate.settle();
    scene.gate.close();
  }

  @Test
  void eachMinuteIsOnRecordByItself() throws Exception {
    for (int minute = 0; minute < 3; minute++) {
      scene.may(EVE, ChatAction.STATUS);
      scene.may(EVE, ChatAction.STOP);
      scene.pass(FoldedRecords.WINDOW);
    }
    scene.gate.settle();
    assertThat(scene.coderEvents()).hasSize(6);
  }
}
