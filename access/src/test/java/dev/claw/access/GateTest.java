package dev.claw.access;

import static dev.claw.access.Scene.ANN;
import static dev.claw.access.Scene.CODER;
import static dev.claw.access.Scene.EVE;
import static dev.claw.access.Scene.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.AccessDecision.Denied;
import dev.claw.access.AccessDecision.Reason;
import dev.claw.access.AccessGate.Paired;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void make() throws Exception {
    scene = new Scene(folder);
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void allowsWhatTheRoleReaches(Role role) throws Exception {
    scene.pair(ANN, role);
    for (ChatAction action : ChatAction.values()) {
      boolean reaches = role.compareTo(action.least()) >= 0;
      assertThat(scene.may(ANN, action)).as(action.toString()).isEqualTo(reaches);
      assertThat(scene.gate.users(CODER, action).contains(ANN)).isEqualTo(reaches);
      assertThat(scene.may(EVE, action)).isFalse();
    }
    assertThat(scene.gate.agents(ANN)).containsExactly(new Paired(CODER, role));
    assertThat(scene.gate.agents(EVE)).isEmpty();
  }

  @Test
  void asksTheStoreEachTime() throws Exception {
    scene.pair(ANN, Role.VIEWER);
    assertThat(scene.may(ANN, ChatAction.STOP)).isFalse();
    assertThat(scene.pairings.role(OPERATOR, CODER, ANN.id(), Role.OPERATOR))
        .isInstanceOf(Pairings.Change.Done.class);
    assertThat(scene.may(ANN, ChatAction.STOP)).isTrue();
    assertThat(scene.pairings.revoke(OPERATOR, CODER, ANN.id()))
        .isInstanceOf(Pairings.Change.Done.class);
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
    assertThat(scene.pairings.revoke(OPERATOR, CODER, ANN.id()))
        .isInstanceOf(Pairings.Change.NotPaired.class);
    assertThat(scene.pairings.role(OPERATOR, CODER, ANN.id(), Role.ADMIN))
        .isInstanceOf(Pairings.Change.NotPaired.class);
    assertThat(scene.coderEvents())
        .containsSubsequence(
            "access.decide telegram:4711 REFUSED role",
            "access.role cli:bob(1000) intent",
            "access.role cli:bob(1000) DONE",
            "access.revoke cli:bob(1000) intent",
            "access.revoke cli:bob(1000) DONE");
  }

  @Test
  void whoLookedIsOnRecordToo() throws Exception {
    scene.pair(ANN, Role.VIEWER);
    assertThat(scene.may(ANN, ChatAction.LOGS)).isTrue();
    assertThat(scene.coderEvents()).endsWith("access.decide telegram:4711 DONE");
    assertThat(scene.records(Optional.of(CODER.name())).getLast().event().details())
        .containsEntry("action", "logs");
  }

  @Test
  void anAgentThatIsNotThereLooksLikeOneThatIsNotTheirs() throws Exception {
    scene.pair(ANN, Role.ADMIN);
    Denied denied = new Denied(Reason.NOT_PAIRED);
    assertThat(scene.gate.decide(ANN, Scene.OTHER.name(), ChatAction.STATUS)).isEqualTo(denied);
    assertThat(scene.gate.decide(ANN, new AgentName("nobody"), ChatAction.STATUS))
        .isEqualTo(denied);
    assertThat(scene.hostEvents())
        .containsExactly("access.decide telegram:4711 REFUSED not_paired");
    scene.agents.remove(CODER);
    assertThat(scene.gate.decide(ANN, CODER.name(), ChatAction.STATUS)).isEqualTo(denied);
    assertThat(scene.gate.agents(ANN)).isEmpty();
    assertThat(scene.gate.users(CODER, ChatAction.STATUS)).isEmpty();
  }

  @Test
  void anotherAgentOfTheNameHasNobodyAndKeepsNoRecordOfTheOneBefore() throws Exception {
    scene.pair(ANN, Role.ADMIN);
    scene.may(EVE, ChatAction.STOP);
    scene.may(EVE, ChatAction.STOP);
    scene.agents.remove(CODER);
    scene.agents.add(new AgentRef(new AgentId("d".repeat(32)), CODER.name()));
    int before = scene.coderEvents().size();

    assertThat(scene.gate.users(CODER, ChatAction.STATUS)).isEmpty();
    scene.gate.close();
    assertThat(scene.coderEvents()).hasSize(before);
    assertThat(scene.records(Optional.empty()).getLast().event().agent()).isEqualTo(CODER.name());
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "role, 'owner'",
    "role, 'ADMIN'",
    "role, ''",
    "since, -1",
    "since, 999999999999999",
    "role, 'admin '"
  })
  void aRowThatCanNotBeBelievedPairsNobodyAndIsSaid(String column, String value) throws Exception {
    scene.pair(ANN, Role.ADMIN);
    scene.pair(EVE, Role.VIEWER);
    scene.sql("UPDATE access_pairing SET " + column + " = ? WHERE user_id = 4711", value);
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
    assertThat(scene.may(EVE, ChatAction.STATUS)).isTrue();
    assertThat(scene.gate.agents(ANN)).isEmpty();
    assertThat(scene.gate.users(CODER, ChatAction.STATUS)).containsExactly(EVE);
    Pairings.Listing listing = scene.pairings.list(List.of(CODER));
    assertThat(listing.pairings()).extracting(Pairings.Listed::user).containsExactly(666L);
    assertThat(listing.problems()).hasSize(1);
    assertThat(listing.problems().getFirst())
        .startsWith("coder: the row of 4711 in claw.db pairs nobody: ")
        .contains("claw access revoke telegram coder 4711");
    assertThat(scene.records(Optional.of(CODER.name())))
        .anySatisfy(record -> assertThat(record.event().details()).containsKey("broken"));
    assertThat(scene.pairings.revoke(OPERATOR, CODER, 4711))
        .isInstanceOf(Pairings.Change.Done.class);
    assertThat(scene.pairings.list(List.of(CODER)).problems()).isEmpty();
  }

  @Test
  void namesInARowOfSomebodyElsesHandAreCleanedAndBounded() throws Exception {
    scene.pair(ANN, Role.ADMIN);
    scene.sql(
        "UPDATE access_pairing SET display_name = ?, user_name = ?, confirmed_by = ?",
        "\u001b[2J\u202e" + "x".repeat(10_000),
        "a b\u0007",
        "y".repeat(10_000));
    Pairings.Listed listed = scene.pairings.list(List.of(CODER)).pairings().getFirst();
    assertThat(listed.displayName())
        .hasSizeLessThanOrEqualTo(64)
        .doesNotContain("\u001b", "\u202e");
    assertThat(listed.userName()).isEmpty();
    assertThat(listed.by()).hasSize(256);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "state = 'done'",
        "role = 'root'",
        "expires = -1",
        "agent_id = 'x'",
        "user_id = -7"
      })
  void aTokenWhoseRowCanNotBeBelievedLeadsNowhere(String change) throws Exception {
    PairingToken token = scene.requested(Role.ADMIN);
    scene.sql("UPDATE access_invitation SET " + change);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> scene.confirm(token, 4711))
        .isInstanceOf(AccessException.class)
        .hasMessageContaining("leads nowhere")
        .hasMessageContaining("claw access pair");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> scene.show(ANN, token))
        .isInstanceOf(AccessException.class);
    assertThat(scene.may(ANN, ChatAction.STATUS)).isFalse();
  }

  @Test
  void pairingAgainReplacesTheRole() throws Exception {
    scene.pair(ANN, Role.ADMIN);
    scene.pair(ANN, Role.VIEWER);
    assertThat(scene.may(ANN, ChatAction.ALLOW_EGRESS)).isFalse();
    assertThat(scene.pairings.list(List.of(CODER)).pairings()).hasSize(1);
  }
}
