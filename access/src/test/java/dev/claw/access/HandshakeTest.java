package dev.claw.access;

import static dev.claw.access.Scene.ANN;
import static dev.claw.access.Scene.CODER;
import static dev.claw.access.Scene.EVE;
import static dev.claw.access.Scene.MINUTE;
import static dev.claw.access.Scene.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.AccessGate.RequestOutcome.Refused;
import dev.claw.access.AccessGate.RequestOutcome.Requested;
import dev.claw.access.ConfirmOutcome.Confirmed;
import dev.claw.access.ConfirmOutcome.Withdrawn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandshakeTest {
  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void make() throws Exception {
    scene = new Scene(folder);
  }

  private static void assertRefused(RequestOutcome outcome, RequestOutcome.Reason reason) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(reason);
              assertThat(refused.sentence()).endsWith(".");
            });
  }

  private static void assertRefused(ConfirmOutcome outcome, ConfirmOutcome.Reason reason) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            ConfirmOutcome.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  @Test
  void aRequestIsNoPairingUntilTheOperatorConfirms() throws Exception {
    PairingToken token = scene.invite(Role.OPERATOR);
    assertThat(scene.invitations.state(token.hash())).isEqualTo(new InvitationState.Open(MINUTE));
    assertThat(scene.show(ANN, token))
        .isEqualTo(new Requested(CODER.name(), Role.OPERATOR, scene.now.plus(MINUTE)));
    assertThat(scene.invitations.state(token.hash()))
        .isEqualTo(new InvitationState.Requested(ANN, CODER.name(), Role.OPERATOR, MINUTE));
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
    assertThat(scene.gate.agents(ANN)).isEmpty();

    assertThat(scene.confirm(token, 4711))
        .isEqualTo(new Confirmed(ANN, CODER.name(), Role.OPERATOR));
    assertThat(scene.may(ANN, ChatAction.START)).isTrue();
    assertThat(scene.may(EVE, ChatAction.START)).isFalse();
    assertThat(scene.told).containsExactly("4711 coder operator");
    assertThat(scene.invitations.state(token.hash())).isEqualTo(new InvitationState.Confirmed(ANN));
    assertThat(scene.pairings.list(List.of(CODER)).pairings())
        .containsExactly(
            new Pairings.Listed(
                CODER.name(), 4711, "Ann", "ann", Role.OPERATOR, scene.now, "cli:bob(1000)"));
    assertThat(scene.coderEvents())
        .containsSubsequence(
            "access.invite cli:bob(1000) intent",
            "access.invite cli:bob(1000) DONE",
            "access.request telegram:4711 intent",
            "access.request telegram:4711 DONE",
            "access.confirm cli:bob(1000) intent",
            "access.confirm cli:bob(1000) DONE");
  }

  @Test
  void aTokenStandsInNoFile() throws Exception {
    PairingToken token = scene.invite(Role.OPERATOR);
    PairingToken wrong = PairingToken.random(scene.random);
    scene.show(EVE, wrong);
    scene.show(ANN, token);
    scene.confirm(token, 4712);
    scene.confirm(token, 4711);
    scene.show(EVE, token);
    scene.gate.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(token.value(), wrong.value());
      }
    }
    assertThat(token.toString()).doesNotContain(token.value());
    assertThat(scene.invitations.invite(OPERATOR, CODER, Role.VIEWER, MINUTE, scene.random))
        .satisfies(
            invitation ->
                assertThat(invitation.toString()).doesNotContain(invitation.token().value()));
  }

  @Test
  void theSecondPersonMakesItVoidForBoth() throws Exception {
    PairingToken token = scene.requested(Role.ADMIN);
    assertRefused(scene.show(EVE, token), RequestOutcome.Reason.TAKEN);
    assertThat(scene.told)
        .containsExactly(
            "4711 coder admin: Two people have shown this link, so it is void for both. Ask whoever"
                + " runs the agent for a new one.");
    assertRefused(scene.confirm(token, 4711), ConfirmOutcome.Reason.TAKEN);
    assertRefused(scene.show(ANN, token), RequestOutcome.Reason.TAKEN);
    assertThat(scene.invitations.state(token.hash()))
        .isInstanceOfSatisfying(
            InvitationState.Over.class, over -> assertThat(over.sentence()).contains("two people"));
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
    assertThat(scene.coderEvents()).contains("access.request telegram:666 REFUSED taken");
  }

  @Test
  void theSamePersonMayShowItAgainAFewTimes() throws Exception {
    PairingToken token = scene.invite(Role.VIEWER);
    for (int i = 0; i < InvitationRow.MOST_TRIES; i++) {
      assertThat(scene.show(ANN, token)).as("try " + i).isInstanceOf(Requested.class);
    }
    assertRefused(scene.show(ANN, token), RequestOutcome.Reason.VOID);
    assertRefused(scene.confirm(token, 4711), ConfirmOutcome.Reason.VOID);
  }

  @Test
  void fiveWrongIdsMakeItVoid() throws Exception {
    PairingToken token = scene.requested(Role.VIEWER);
    for (int i = 1; i < InvitationRow.MOST_TRIES; i++) {
      assertRefused(scene.confirm(token, 4711 + i), ConfirmOutcome.Reason.WRONG_ID);
    }
    assertRefused(scene.confirm(token, 1), ConfirmOutcome.Reason.VOID);
    assertRefused(scene.confirm(token, 4711), ConfirmOutcome.Reason.VOID);
    assertThat(scene.told).hasSize(5);
    assertThat(scene.told.getFirst()).contains("another Telegram id");
    assertThat(scene.told.getLast()).contains("tried too often");
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
  }

  @Test
  void aTokenIsOfOneAgent() throws Exception {
    PairingToken token = scene.requested(Role.VIEWER);
    assertRefused(
        scene.invitations.confirm(OPERATOR, Optional.of(Scene.OTHER.name()), token.hash(), 4711),
        ConfirmOutcome.Reason.WRONG_AGENT);
    assertThat(scene.confirm(token, 4711)).isInstanceOf(Confirmed.class);
    assertThat(scene.gate.decide(ANN, Scene.OTHER.name(), ChatAction.STATUS))
        .isEqualTo(new AccessDecision.Denied(AccessDecision.Reason.NOT_PAIRED));
  }

  @Test
  void isOverWhenItsTimeIsWhateverItsState() throws Exception {
    PairingToken open = scene.invite(Role.VIEWER);
    PairingToken requested = scene.requested(Role.VIEWER);
    scene.pass(MINUTE.minusMillis(1));
    assertThat(scene.invitations.state(open.hash()))
        .isEqualTo(new InvitationState.Open(Duration.ofMillis(1)));
    assertThat(scene.invitations.areOpen()).isTrue();
    scene.pass(Duration.ofMillis(1));
    assertThat(scene.invitations.areOpen()).isFalse();
    assertRefused(scene.show(ANN, open), RequestOutcome.Reason.EXPIRED);
    assertRefused(scene.confirm(requested, 4711), ConfirmOutcome.Reason.EXPIRED);
    assertThat(scene.told.getLast()).contains("time of this link is over");
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
  }

  @Test
  void isGoodForOnePersonOnce() throws Exception {
    PairingToken token = scene.requested(Role.VIEWER);
    scene.confirm(token, 4711);
    assertRefused(scene.show(EVE, token), RequestOutcome.Reason.USED);
    assertRefused(scene.show(ANN, token), RequestOutcome.Reason.USED);
    assertRefused(scene.confirm(token, 666), ConfirmOutcome.Reason.USED);
    assertThat(scene.confirm(token, 4711)).isInstanceOf(Confirmed.class);
    scene.pairings.revoke(OPERATOR, CODER, 4711);
    assertRefused(scene.confirm(token, 4711), ConfirmOutcome.Reason.USED);
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
  }

  @Test
  void theOperatorCanSayNoAndTakeItBack() throws Exception {
    PairingToken asked = scene.requested(Role.VIEWER);
    assertThat(scene.invitations.refuse(OPERATOR, asked.hash(), "no")).isEqualTo(new Withdrawn());
    assertThat(scene.invitations.refuse(OPERATOR, asked.hash(), "no")).isEqualTo(new Withdrawn());
    assertThat(scene.told).containsExactly("4711 coder viewer: The operator said no.");
    assertRefused(scene.confirm(asked, 4711), ConfirmOutcome.Reason.VOID);

    PairingToken open = scene.invite(Role.VIEWER);
    assertThat(scene.invitations.refuse(OPERATOR, open.hash(), "broken off"))
        .isEqualTo(new Withdrawn());
    assertRefused(scene.show(ANN, open), RequestOutcome.Reason.VOID);
    assertThat(scene.told).hasSize(1);
  }

  @Test
  void whatIsOverByItselfIsToldToWhoAsked() throws Exception {
    PairingToken token = scene.requested(Role.VIEWER);
    scene.pass(MINUTE);
    assertRefused(
        scene.invitations.refuse(OPERATOR, token.hash(), "expired"), ConfirmOutcome.Reason.EXPIRED);
    assertThat(scene.told).hasSize(1);
    assertThat(scene.told.getFirst()).contains("time of this link is over");
  }

  @Test
  void knowsNothingOfTokensThatNobodyGaveOut() throws Exception {
    PairingToken token = PairingToken.random(scene.random);
    assertRefused(scene.show(ANN, token), RequestOutcome.Reason.UNKNOWN);
    assertRefused(scene.confirm(token, 4711), ConfirmOutcome.Reason.UNKNOWN);
    assertThat(scene.invitations.refuse(OPERATOR, token.hash(), "no"))
        .isInstanceOf(ConfirmOutcome.Refused.class);
    assertRefused(scene.confirm(scene.invite(Role.VIEWER), 4711), ConfirmOutcome.Reason.NO_REQUEST);
    assertThat(scene.hostEvents())
        .contains(
            "access.request telegram:4711 REFUSED unknown",
            "access.confirm cli:bob(1000) REFUSED unknown");
  }

  @Test
  void goesWithItsAgent() throws Exception {
    PairingToken token = scene.invite(Role.VIEWER);
    PairingToken shown = scene.requested(Role.VIEWER);
    scene.agents.remove(CODER);
    assertRefused(scene.show(ANN, token), RequestOutcome.Reason.NO_AGENT);
    assertRefused(scene.confirm(shown, 4711), ConfirmOutcome.Reason.NO_AGENT);
    assertThat(scene.invitations.state(shown.hash())).isInstanceOf(InvitationState.Over.class);
    // Another agent of the same name is another agent.
    scene.agents.add(new AgentRef(new dev.claw.model.AgentId("d".repeat(32)), CODER.name()));
    assertRefused(scene.confirm(shown, 4711), ConfirmOutcome.Reason.NO_AGENT);
  }

  @Test
  void thereAreOnlySoManyAtATime() throws Exception {
    for (int i = 0; i < 100; i++) {
      scene.sql(
          "INSERT INTO access_invitation VALUES (?, 'i', ?, 'telegram', 'viewer', ?, 0, 'open', 0,"
              + " '', '')",
          "%064x".formatted(i),
          CODER.id().value(),
          scene.now.plusSeconds(30).toEpochMilli());
    }
    assertThatThrownBy(() -> scene.invite(Role.VIEWER))
        .isInstanceOf(AccessException.class)
        .hasMessageContaining("fewer than 100");
    scene.pass(Duration.ofSeconds(30));
    scene.invite(Role.VIEWER);
    scene.pass(Duration.ofDays(2));
    scene.invite(Role.VIEWER);
    assertThat(scene.count("access_invitation", "TRUE")).as("old ones go").isEqualTo(1);
  }

  @Test
  void hasATimeWithinBounds() {
    for (Duration time :
        List.of(Duration.ZERO, Duration.ofMillis(999), Duration.ofDays(1).plusSeconds(1))) {
      assertThatThrownBy(
              () -> scene.invitations.invite(OPERATOR, CODER, Role.VIEWER, time, scene.random))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
