package dev.claw.access;

import dev.claw.access.ConfirmOutcome.Confirmed;
import dev.claw.access.ConfirmOutcome.Reason;
import dev.claw.access.ConfirmOutcome.Refused;
import dev.claw.access.ConfirmOutcome.Withdrawn;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * The operator's side of the handshake: gives out tokens, looks what became of them, confirms or
 * refuses who showed one. Only {@link #confirm} makes a pairing. Every step is one transaction, so
 * after a crash it has happened or it has not, and asking again is safe.
 */
public final class Invitations {
  /** The shortest time of a token. */
  public static final Duration SHORTEST = Duration.ofSeconds(1);

  /** The longest time of a token. */
  public static final Duration LONGEST = Duration.ofDays(1);

  private static final int MOST = 100;

  private final AccessDatabase database;
  private final AccessAgents agents;
  private final Recorder recorder;
  private final PairingListener listener;

  /**
   * @param listener tells the person what was said
   */
  public Invitations(
      AccessDatabase database, AccessAgents agents, AccessRecord record, PairingListener listener) {
    this.database = database;
    this.agents = agents;
    this.recorder = new Recorder(record);
    this.listener = listener;
  }

  /**
   * Gives out a token.
   *
   * @param time from {@link #SHORTEST} to {@link #LONGEST}
   * @throws AccessException also where too many are open
   */
  public Invitation invite(Actor by, AgentRef agent, Role role, Duration time, SecureRandom random)
      throws AccessException {
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("expected a time of 1 s to 1 day, found " + time);
    }
    PairingToken token = PairingToken.random(random);
    byte[] bytes = new byte[5];
    random.nextBytes(bytes);
    String id = "i-" + HexFormat.of().formatHex(bytes);
    Map<String, Object> intent =
        Map.of("invitation", id, "role", role.word(), "seconds", time.toSeconds());
    return recorder.act(
        agent,
        AuditEvent.intent("access.invite", agent.name(), by, intent),
        outcome -> {
          Instant until =
              database.inTransaction(
                  (connection, now) -> {
                    InvitationTable.forgetOld(connection, now);
                    if (InvitationTable.live(connection, now) >= MOST) {
                      throw new AccessException(
                          "expected fewer than "
                              + MOST
                              + " tokens that are still good; wait until some are over");
                    }
                    Instant expires = now.plus(time);
                    InvitationTable.insert(
                        connection,
                        InvitationRow.open(token.hash(), id, agent.id(), role, expires));
                    return expires;
                  });
          outcome.put("until", until.toString());
          return new Invitation(token, id, agent, role, time);
        });
  }

  /** How it stands with a token now. */
  public InvitationState state(TokenHash token) throws AccessException {
    record Look(Instant now, Optional<InvitationRow> row) {}
    Look look =
        database.read((connection, now) -> new Look(now, InvitationTable.find(connection, token)));
    if (look.row().isEmpty()) {
      return over(Reason.UNKNOWN);
    }
    InvitationRow row = look.row().get();
    Optional<Reason> end = row.end(look.now());
    if (row.state() == InvitationRow.State.CONFIRMED) {
      return new InvitationState.Confirmed(row.user());
    }
    if (end.isPresent()) {
      return over(end.get());
    }
    Duration left = Duration.between(look.now(), row.expires());
    if (row.state() == InvitationRow.State.OPEN) {
      return new InvitationState.Open(left);
    }
    Optional<AgentRef> agent = agents.find(row.agent());
    return agent.isPresent()
        ? new InvitationState.Requested(row.user(), agent.get().name(), row.role(), left)
        : over(Reason.NO_AGENT);
  }

  /** Whether some token can still lead to a pairing. */
  public boolean areOpen() throws AccessException {
    return database.read((connection, now) -> InvitationTable.live(connection, now) > 0);
  }

  private static InvitationState.Over over(Reason reason) {
    return new InvitationState.Over(reason, Words.toOperator(reason));
  }

  /**
   * Pairs who showed the token, if it is the person with this id. Saying it again is saying it
   * once.
   *
   * @param agent as the operator names it; empty where the operator was shown whose token it is
   */
  public ConfirmOutcome confirm(Actor by, Optional<AgentName> agent, TokenHash token, long user)
      throws AccessException {
    return settle(
        by,
        token,
        "access.confirm",
        Map.of("user", user),
        (connection, now, row, known) -> {
          if (row.state() == InvitationRow.State.CONFIRMED
              && row.user().id() == user
              && agent.orElse(known.name()).equals(known.name())
              && PairingTable.find(connection, known.id(), user).pairing().isPresent()) {
            return new Confirmed(row.user(), known.name(), row.role());
          }
          Optional<Reason> end = row.end(now);
          if (end.isPresent()) {
            return refusal(end.get());
          }
          if (row.state() == InvitationRow.State.OPEN) {
            return refusal(Reason.NO_REQUEST);
          }
          boolean right = agent.orElse(known.name()).equals(known.name());
          if (!right || row.user().id() != user) {
            InvitationRow tried = row.tried();
            InvitationTable.update(connection, tried);
            return refusal(tried.end(now).orElse(right ? Reason.WRONG_ID : Reason.WRONG_AGENT));
          }
          InvitationTable.update(connection, row.with(InvitationRow.State.CONFIRMED));
          PairingTable.put(
              connection, new Pairing(known.id(), row.user(), row.role(), now, by.toString()));
          return new Confirmed(row.user(), known.name(), row.role());
        });
  }

  /**
   * Takes a token back, whether or not somebody has shown it. Saying it again is saying it once.
   */
  public ConfirmOutcome refuse(Actor by, TokenHash token, String why) throws AccessException {
    return settle(
        by,
        token,
        "access.refuse",
        Map.of("why", why),
        (connection, now, row, known) -> {
          Optional<Reason> end = row.end(now);
          if (end.isPresent() && end.get() != Reason.VOID && end.get() != Reason.TAKEN) {
            return refusal(end.get());
          }
          if (row.state() == InvitationRow.State.OPEN) {
            InvitationTable.update(connection, row.with(InvitationRow.State.WITHDRAWN));
          } else if (row.state() == InvitationRow.State.REQUESTED) {
            InvitationTable.update(connection, row.with(InvitationRow.State.REFUSED));
          }
          return new Withdrawn();
        });
  }

  /** One step on a row, in a transaction. */
  @FunctionalInterface
  private interface Step {
    ConfirmOutcome take(Connection connection, Instant now, InvitationRow row, AgentRef agent)
        throws SQLException, AccessException;
  }

  private record Taken(ConfirmOutcome outcome, InvitationRow before) {}

  private ConfirmOutcome settle(
      Actor by, TokenHash token, String type, Map<String, Object> what, Step step)
      throws AccessException {
    Optional<InvitationRow> seen =
        database.read((connection, now) -> InvitationTable.find(connection, token));
    if (seen.isEmpty()) {
      return note(by, type, what, Reason.UNKNOWN);
    }
    Optional<AgentRef> agent = agents.find(seen.get().agent());
    if (agent.isEmpty()) {
      return note(by, type, what, Reason.NO_AGENT);
    }
    Map<String, Object> intent = new HashMap<>(what);
    intent.put("invitation", seen.get().id());
    intent.put("role", seen.get().role().word());
    Taken taken =
        recorder.act(
            agent.get(),
            AuditEvent.intent(type, agent.get().name(), by, intent),
            outcome -> {
              Taken done =
                  database.inTransaction(
                      (connection, now) -> {
                        InvitationRow row =
                            InvitationTable.find(connection, token)
                                .orElseThrow(
                                    () -> new AccessException("the token was forgotten just now"));
                        return new Taken(step.take(connection, now, row, agent.get()), row);
                      });
              switch (done.outcome()) {
                case Confirmed confirmed -> outcome.put("user", confirmed.user().id());
                case Withdrawn _ -> {}
                case Refused refused -> outcome.refused(StoredGate.word(refused.reason()));
              }
              return done;
            });
    tell(taken, agent.get().name());
    return taken.outcome();
  }

  /** The person hears of what ends their request, and of what was refused of it, once. */
  private void tell(Taken taken, AgentName agent) {
    InvitationRow before = taken.before();
    if (before.state() != InvitationRow.State.REQUESTED) {
      return;
    }
    switch (taken.outcome()) {
      case Confirmed _ -> listener.confirmed(before.user(), agent, before.role());
      case Withdrawn _ ->
          listener.refused(before.user(), agent, before.role(), Words.REFUSED_PERSON);
      case Refused(Reason reason, String _) ->
          listener.refused(before.user(), agent, before.role(), Words.toPersonOf(reason));
    }
  }

  private ConfirmOutcome note(Actor by, String type, Map<String, Object> what, Reason reason)
      throws AccessException {
    Map<String, Object> details = new HashMap<>(what);
    details.put("reason", StoredGate.word(reason));
    recorder.note(
        Optional.empty(),
        new AuditEvent(
            type, null, by, AuditEvent.Phase.OUTCOME, AuditEvent.Result.REFUSED, details));
    return refusal(reason);
  }

  private static Refused refusal(Reason reason) {
    return new Refused(reason, Words.toOperator(reason));
  }
}
