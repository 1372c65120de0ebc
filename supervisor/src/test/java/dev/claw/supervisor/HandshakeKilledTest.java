package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.AgentRef;
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
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code kill -9} at each step of the handshake. */
class HandshakeKilledTest {
  private static final Actor OPERATOR = new Actor("cli", "bob(1000)");
  private static final ChatUser ANN = new ChatUser(4711, "Ann", "ann");
  private static final Duration DAY = Duration.ofDays(1);
  private static final int ROUNDS = 3;

  /** Where the process is killed: within the step or just after it. */
  enum Step {
    INVITE,
    REQUEST,
    CONFIRM,
    REVOKE
  }

  @TempDir Path folder;
  private Fixture fixture;
  private ChatAccess access;
  private Invitations invitations;
  private StoredGate gate;

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.withCoder(folder);
    access = new ChatAccess(fixture.host);
    invitations = access.invitations(PairingListener.NOBODY);
    gate = access.gate(PairingListener.NOBODY);
  }

  /** Goes through the handshake as far as a step, and says before each which. */
  static final class Shaker {
    private Shaker() {}

    public static void main(String[] args) throws Exception {
      ChatAccess access = new ChatAccess(Fixture.bare(Path.of(args[0])).host);
      Invitations invitations = access.invitations(PairingListener.NOBODY);
      StoredGate gate = access.gate(PairingListener.NOBODY);
      AgentRef coder = access.agent(CODER);
      Step last = Step.valueOf(args[1]);
      System.out.println(Step.INVITE);
      PairingToken token =
          invitations.invite(OPERATOR, coder, Role.OPERATOR, DAY, new SecureRandom()).token();
      System.out.println("token " + token.value());
      if (last.compareTo(Step.REQUEST) >= 0) {
        System.out.println(Step.REQUEST);
        gate.request(ANN, token.value());
      }
      if (last.compareTo(Step.CONFIRM) >= 0) {
        System.out.println(Step.CONFIRM);
        invitations.confirm(OPERATOR, Optional.of(CODER), token.hash(), ANN.id());
      }
      if (last.compareTo(Step.REVOKE) >= 0) {
        System.out.println(Step.REVOKE);
        access.pairings().revoke(OPERATOR, coder, ANN.id());
      }
      var _ = System.in.read(); // until it is killed
    }
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void leavesAStepDoneOrNotDone(Step step) throws Exception {
    Random random = new Random(step.name().hashCode());
    for (int round = 0; round < ROUNDS; round++) {
      Optional<PairingToken> token = killAt(step, random);
      assertThat(fixture.verify(fixture.coder().audit()))
          .as("round " + round)
          .isInstanceOfAny(AuditVerdict.Intact.class, AuditVerdict.Torn.class);
      boolean paired = gate.may(ANN, access.agent(CODER), ChatAction.STATUS);
      if (token.isPresent()) {
        // What the operator would do next says how it stands, and brings it to its end.
        PairingToken shown = token.get();
        switch (invitations.state(shown.hash())) {
          case InvitationState.Open _ ->
              assertThat(gate.request(ANN, shown.value()))
                  .isInstanceOf(RequestOutcome.Requested.class);
          case InvitationState.Requested requested -> assertThat(requested.user()).isEqualTo(ANN);
          case InvitationState.Confirmed confirmed -> {
            assertThat(confirmed.user()).isEqualTo(ANN);
            assertThat(step).isIn(Step.CONFIRM, Step.REVOKE);
          }
          case InvitationState.Over over -> assertThat(over).as("never").isNull();
        }
        ConfirmOutcome outcome =
            invitations.confirm(OPERATOR, Optional.of(CODER), shown.hash(), ANN.id());
        if (!(outcome instanceof ConfirmOutcome.Confirmed)) {
          assertThat(paired).as("confirmed and revoked already: " + outcome).isFalse();
          assertThat(step).isEqualTo(Step.REVOKE);
        }
      }
      access.pairings().revoke(OPERATOR, access.agent(CODER), ANN.id());
      assertThat(gate.users(access.agent(CODER), ChatAction.STATUS)).isEmpty();
    }
    assertThat(fixture.verify(fixture.coder().audit())).isInstanceOf(AuditVerdict.Intact.class);
  }

  /** The last token that the killed process is known to have given out. */
  private Optional<PairingToken> killAt(Step step, Random random) throws Exception {
    Process process = Forked.start(Shaker.class, folder.toString(), step.name());
    BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
    List<String> tokens = new ArrayList<>();
    String line;
    do {
      line = Objects.requireNonNull(reader.readLine(), "it ended by itself");
      keep(line, tokens);
    } while (!line.equals(step.name()));
    // A step takes a few fsyncs: somewhere among them.
    LockSupport.parkNanos(random.nextInt(30_000_000));
    process.toHandle().destroyForcibly();
    for (line = reader.readLine(); line != null; line = reader.readLine()) {
      keep(line, tokens);
    }
    process.waitFor();
    return tokens.isEmpty() ? Optional.empty() : Optional.of(PairingToken.parse(tokens.getLast()));
  }

  private static void keep(String line, List<String> tokens) {
    if (line.startsWith("token ")) {
      tokens.add(line.substring("token ".length()));
    }
  }

  @Test
  void theChildDoesWhatItIsSaidToDo() throws Exception {
    assertThat(killAt(Step.REVOKE, new Random(1))).isPresent();
  }
}
