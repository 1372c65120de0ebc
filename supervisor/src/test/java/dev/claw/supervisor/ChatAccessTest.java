package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.access.AccessDecision;
import dev.claw.access.AccessException;
import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.ChatAction;
import dev.claw.access.ChatUser;
import dev.claw.access.ConfirmOutcome;
import dev.claw.access.InvitationState;
import dev.claw.access.Invitations;
import dev.claw.access.PairingListener;
import dev.claw.access.PairingToken;
import dev.claw.access.Role;
import dev.claw.access.StoredGate;
import dev.claw.audit.AuditVerdict;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

class ChatAccessTest {
  private static final Actor OPERATOR = new Actor("cli", "bob(1000)");
  private static final ChatUser ANN = new ChatUser(4711, "Ann", "ann");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path folder;
  private Fixture fixture;
  private ChatAccess access;
  private Invitations invitations;
  private StoredGate gate;
  private Instant wall = Instant.parse("2027-01-15T10:00:00Z");
  private Uptime uptime = new Uptime("boot-1", 5_000_000);

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.withCoder(folder);
    access = new ChatAccess(fixture.host, new LatestInstant(() -> wall, () -> uptime));
    invitations = access.invitations(PairingListener.NOBODY);
    gate = access.gate(PairingListener.NOBODY);
  }

  private PairingToken invite() throws Exception {
    return invitations
        .invite(OPERATOR, access.agent(CODER), Role.OPERATOR, MINUTE, fixture.random)
        .token();
  }

  private void pair() throws Exception {
    PairingToken token = invite();
    gate.request(ANN, token.value());
    invitations.confirm(OPERATOR, Optional.of(CODER), token.hash(), ANN.id());
  }

  private boolean may() throws Exception {
    return gate.decide(ANN, CODER, ChatAction.STOP) instanceof AccessDecision.Allowed;
  }

  private void pass(Duration time) {
    wall = wall.plus(time);
    uptime = new Uptime(uptime.boot(), uptime.millis() + time.toMillis());
  }

  @Test
  void pairsOverTheHostsOwnFilesAndChains() throws Exception {
    pair();
    assertThat(may()).isTrue();
    assertThat(gate.agents(ANN)).hasSize(1);
    assertThat(access.pairings().list(access.agents(Optional.empty())).pairings()).hasSize(1);
    assertThat(fixture.events(fixture.coder().audit()))
        .containsSubsequence(
            "access.invite intent",
            "access.invite DONE",
            "access.request intent",
            "access.request DONE",
            "access.confirm intent",
            "access.confirm DONE");
    assertThat(fixture.verify(fixture.coder().audit())).isInstanceOf(AuditVerdict.Intact.class);
    gate.decide(ANN, new AgentName("nobody"), ChatAction.STOP);
    assertThat(fixture.last(fixture.host.home().audit()).event().actor()).isEqualTo(ANN.actor());
    assertRefused(Reason.NOT_FOUND, () -> access.agent(new AgentName("nobody")));
  }

  @Test
  void aClockSetBackProlongsNoToken() throws Exception {
    PairingToken token = invite();
    wall = wall.minus(Duration.ofDays(365));
    pass(MINUTE.minusMillis(1));
    assertThat(invitations.state(token.hash()))
        .isEqualTo(new InvitationState.Open(Duration.ofMillis(1)));
    pass(Duration.ofMillis(1));
    assertThat(invitations.state(token.hash())).isInstanceOf(InvitationState.Over.class);
    assertThat(gate.request(ANN, token.value())).isInstanceOf(RequestOutcome.Refused.class);
    // A token that is made now has its own minute, by what has passed and not by the wall.
    PairingToken next = invite();
    pass(MINUTE.minusMillis(1));
    assertThat(gate.request(ANN, next.value())).isInstanceOf(RequestOutcome.Requested.class);
    pass(Duration.ofMillis(1));
    assertThat(invitations.confirm(OPERATOR, Optional.empty(), next.hash(), ANN.id()))
        .isInstanceOf(ConfirmOutcome.Refused.class);
  }

  @Test
  void aClockSetBackOverARestartOfTheMachineProlongsNoTokenEither() throws Exception {
    PairingToken token = invite();
    pass(MINUTE);
    assertThat(gate.request(ANN, token.value())).isInstanceOf(RequestOutcome.Refused.class);
    wall = wall.minus(Duration.ofDays(365));
    uptime = new Uptime("boot-2", 10);
    assertThat(gate.request(ANN, token.value())).isInstanceOf(RequestOutcome.Refused.class);
  }

  @Test
  void aClockSetForwardEndsTokensAndNoPairing() throws Exception {
    pair();
    PairingToken token = invite();
    wall = wall.plus(Duration.ofDays(365));
    assertThat(gate.request(ANN, token.value())).isInstanceOf(RequestOutcome.Refused.class);
    assertThat(may()).isTrue();
    wall = wall.minus(Duration.ofDays(365));
    assertThat(gate.request(ANN, token.value())).isInstanceOf(RequestOutcome.Refused.class);
    PairingToken next = invite();
    assertThat(gate.request(ANN, next.value())).isInstanceOf(RequestOutcome.Requested.class);
    pass(MINUTE);
    assertThat(invitations.state(next.hash())).isInstanceOf(InvitationState.Over.class);
  }

  @Test
  void anAgentInTheTrashIsReachedByNobodyAndIsForgottenWithIt() throws Exception {
    pair();
    PairingToken open = invite();
    Trash trash = new Trash(fixture.host);
    Trash.Item item = trash.delete(CODER, false);
    assertThat(may()).isFalse();
    assertThat(gate.agents(ANN)).isEmpty();
    assertThat(gate.request(ANN, open.value())).isInstanceOf(RequestOutcome.Refused.class);
    fixture.create(CODER); // another one of this name
    assertThat(may()).isFalse();
    new Trash(fixture.host).delete(CODER, false);
    trash.restore(item.key());
    assertThat(may()).isTrue();
    trash.delete(CODER, false);
    for (Trash.Item each : trash.list()) {
      trash.remove(each);
    }
    try (Connection connection =
            JDBC.createConnection(
                "jdbc:sqlite:" + fixture.host.home().database(), new Properties());
        Statement query = connection.createStatement();
        ResultSet rows =
            query.executeQuery(
                "SELECT (SELECT count(*) FROM access_pairing)"
                    + " + (SELECT count(*) FROM access_invitation)")) {
      assertThat(rows.getInt(1)).isZero();
    }
  }

  @Test
  void aNewerDatabaseLetsNobodyIn() throws Exception {
    pair();
    try (Connection connection =
            JDBC.createConnection(
                "jdbc:sqlite:" + fixture.host.home().database(), new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(this::may)
        .isInstanceOf(AccessException.class)
        .hasMessageContaining("newer claw");
    assertThatThrownBy(this::invite).isInstanceOf(AccessException.class);
  }

  @Test
  void anAgentWhoseFilesAreBrokenHasNobody() throws Exception {
    pair();
    Files.writeString(fixture.coder().record(), "id: [");
    assertThatThrownBy(this::may).isInstanceOf(AccessException.class);
    assertThat(gate.agents(ANN)).isEmpty();
  }

  @Test
  void noTokenStandsInAnyFileOfTheStateFolder() throws Exception {
    List<PairingToken> tokens = List.of(invite(), invite(), PairingToken.random(fixture.random));
    for (PairingToken token : tokens) {
      gate.request(ANN, token.value());
      invitations.confirm(OPERATOR, Optional.of(CODER), token.hash(), ANN.id() + 1);
      invitations.confirm(OPERATOR, Optional.of(CODER), token.hash(), ANN.id());
      invitations.refuse(OPERATOR, token.hash(), "no");
    }
    gate.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(tokens.stream().map(PairingToken::value).toList());
      }
    }
  }
}
