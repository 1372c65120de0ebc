package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.AccessDecision;
import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.ChatAction;
import dev.claw.access.ChatUser;
import dev.claw.access.ConfirmOutcome;
import dev.claw.access.InvitationState;
import dev.claw.access.PairingListener;
import dev.claw.access.PairingToken;
import dev.claw.access.Role;
import dev.claw.access.StoredGate;
import dev.claw.access.TokenHash;
import dev.claw.model.Actor;
import dev.claw.supervisor.ChatAccess;
import dev.claw.supervisor.Fixture;
import dev.claw.supervisor.SupervisorException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The handshake over the control socket. */
class PairingDeskTest extends OnResident {
  private static final Actor OPERATOR = new Actor("cli", "ann(1000)");
  private static final ChatUser EVE = new ChatUser(4711, "Eve \u202e(x)", "eve");
  private static final Duration DAY = Duration.ofDays(1);

  private ChatAccess access;
  private StoredGate gate;

  @BeforeEach
  void open() throws Exception {
    access = new ChatAccess(fixture.host);
    gate = access.gate(PairingListener.NOBODY);
  }

  private PairingToken invite() throws Exception {
    return access
        .invitations(PairingListener.NOBODY)
        .invite(OPERATOR, access.agent(Fixture.CODER), Role.VIEWER, DAY, new SecureRandom())
        .token();
  }

  @Test
  void whoWaitsHearsWhoAsksAndConfirms() throws Exception {
    var _ = run(Optional.empty());
    PairingToken token = invite();
    InvitationState open = client.awaitPairing(token.hash(), Optional.empty());
    assertThat(open).isInstanceOf(InvitationState.Open.class);
    CompletableFuture<InvitationState> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.awaitPairing(token.hash(), Optional.of(open));
              } catch (SupervisorException e) {
                throw new CompletionException(e);
              }
            },
            Thread::startVirtualThread);
    assertThat(gate.request(EVE, token.value())).isInstanceOf(RequestOutcome.Requested.class);
    assertThat(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            InvitationState.Requested.class,
            asked -> {
              assertThat(asked.user()).isEqualTo(EVE.cleaned());
              assertThat(asked.agent()).isEqualTo(Fixture.CODER);
              assertThat(asked.role()).isEqualTo(Role.VIEWER);
              assertThat(asked.left()).isPositive();
            });
    assertThat(client.confirmPairing(token.hash(), Optional.of(Fixture.CODER), 4712))
        .isInstanceOfSatisfying(
            ConfirmOutcome.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(ConfirmOutcome.Reason.WRONG_ID));
    assertThat(client.confirmPairing(token.hash(), Optional.of(Fixture.CODER), 4711))
        .isEqualTo(new ConfirmOutcome.Confirmed(EVE.cleaned(), Fixture.CODER, Role.VIEWER));
    assertThat(client.confirmPairing(token.hash(), Optional.empty(), 4711))
        .as("an answer that was lost is asked for again")
        .isInstanceOf(ConfirmOutcome.Confirmed.class);
    assertThat(client.awaitPairing(token.hash(), Optional.of(open)))
        .isEqualTo(new InvitationState.Confirmed(EVE.cleaned()));
    assertThat(gate.decide(EVE, Fixture.CODER, ChatAction.STATUS))
        .isInstanceOf(AccessDecision.Allowed.class);
    assertThat(Files.readString(fixture.host.home().agent(Fixture.CODER).audit()))
        .contains("\"kind\":\"cli\",\"name\":\"ann(1000)\"", "\"type\":\"access.confirm\"")
        .contains("\"kind\":\"telegram\",\"name\":\"4711\"")
        .doesNotContain(token.value());
  }

  @Test
  void takesATokenBackAndSaysWhatIsOver() throws Exception {
    var _ = run(Optional.empty());
    PairingToken token = invite();
    gate.request(EVE, token.value());
    assertThat(client.refusePairing(token.hash(), "no")).isEqualTo(new ConfirmOutcome.Withdrawn());
    assertThat(client.awaitPairing(token.hash(), Optional.empty()))
        .isInstanceOfSatisfying(
            InvitationState.Over.class,
            over -> assertThat(over.reason()).isEqualTo(ConfirmOutcome.Reason.VOID));
    TokenHash unknown = PairingToken.random(new SecureRandom()).hash();
    assertThat(client.awaitPairing(unknown, Optional.empty()))
        .isInstanceOf(InvitationState.Over.class);
    assertThat(client.refusePairing(unknown, "no")).isInstanceOf(ConfirmOutcome.Refused.class);
  }

  @Test
  void staysWhileATokenIsGoodAndNoLonger() throws Exception {
    PairingToken token = invite();
    CompletableFuture<Void> process = run(Optional.of(Duration.ofMillis(1)));
    for (int i = 0; i < 20; i++) {
      assertThat(client.status()).as("it stays").isPresent();
    }
    client.refusePairing(token.hash(), "no");
    client.awaitPairing(token.hash(), Optional.empty()); // it looks whether it is needed
    process.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(log).contains("ends: nobody needs it");
  }

  @Test
  void looksForNothingEachMinuteWhereNoTokenIsGood() throws Exception {
    PairingDesk desk =
        new PairingDesk(
            access.invitations(PairingListener.NOBODY),
            OPERATOR,
            new Lifetime(Optional.empty()),
            log::add);
    desk.look();
    breakDatabase();
    desk.upkeep();
    assertThat(log).isEmpty();
    desk.look();
    assertThat(log).hasSize(1).first().asString().contains("claw.db");
  }

  @Test
  void staysWhileABotIsSetUp() throws Exception {
    Files.createFile(fixture.host.home().secrets().resolve("telegram.toml"));
    CompletableFuture<Void> process = run(Optional.of(Duration.ofMillis(1)));
    for (int i = 0; i < 20; i++) {
      assertThat(client.status()).as("it stays").isPresent();
    }
    assertThat(process).isNotDone();
  }

  @Test
  void aDatabaseThatIsBrokenIsAnErrorAndNotTheEnd() throws Exception {
    PairingToken token = invite();
    var _ = run(Optional.empty());
    await(() -> isBroken(token));
    assertThat(client.status()).isPresent();
  }

  /** What the process had open a moment ago may write back what it knew. */
  private boolean isBroken(PairingToken token) throws Exception {
    breakDatabase();
    try {
      client.confirmPairing(token.hash(), Optional.empty(), 4711);
      return false;
    } catch (SupervisorException e) {
      return String.valueOf(e.getMessage()).contains("claw.db");
    }
  }

  private void breakDatabase() throws Exception {
    Files.write(fixture.host.home().database(), new byte[4096]);
    Files.deleteIfExists(Path.of(fixture.host.home().database() + "-wal"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"act\":\"await-pairing\"}",
        "{\"act\":\"await-pairing\",\"known\":\"\",\"tokenHash\":\"x\"}",
        "{\"act\":\"confirm-pairing\",\"tokenHash\":\"HASH\"}",
        "{\"act\":\"confirm-pairing\",\"tokenHash\":\"HASH\",\"user\":0}",
        "{\"act\":\"confirm-pairing\",\"tokenHash\":\"HASH\",\"user\":-1}",
        "{\"act\":\"confirm-pairing\",\"tokenHash\":\"HASH\",\"user\":9007199254740993}",
        "{\"act\":\"confirm-pairing\",\"tokenHash\":\"HASH\",\"user\":\"4711\"}",
        "{\"act\":\"confirm-pairing\",\"tokenHash\":\"HASH\",\"user\":1,\"agent\":\"..\"}",
        "{\"act\":\"refuse-pairing\",\"tokenHash\":\"HASH\"}"
      })
  void whatIsNotUnderstoodIsNotGuessedAt(String line) throws Exception {
    var _ = run(Optional.empty());
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(folder.control()));
      String question = line.replace("HASH", "0".repeat(64)) + "\n";
      channel.write(ByteBuffer.wrap(question.getBytes(StandardCharsets.UTF_8)));
      assertThat(new String(ControlServer.line(channel), StandardCharsets.UTF_8))
          .startsWith("{\"failed\":{")
          .contains("does not understand");
    }
  }
}
