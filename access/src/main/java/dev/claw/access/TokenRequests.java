package dev.claw.access;

import dev.claw.access.AccessGate.RequestOutcome;
import dev.claw.access.AccessGate.RequestOutcome.Reason;
import dev.claw.access.AccessGate.RequestOutcome.Refused;
import dev.claw.access.AccessGate.RequestOutcome.Requested;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What comes of tokens that people show in a chat. */
final class TokenRequests {
  private static final String TYPE = "access.request";

  private final AccessDatabase database;
  private final AccessAgents agents;
  private final Recorder recorder;
  private final FoldedRecords refusals;
  private final PairingListener listener;

  TokenRequests(
      AccessDatabase database,
      AccessAgents agents,
      Recorder recorder,
      FoldedRecords refusals,
      PairingListener listener) {
    this.database = database;
    this.agents = agents;
    this.recorder = recorder;
    this.refusals = refusals;
    this.listener = listener;
  }

  /** How it stands before anything is changed. */
  private record Look(Instant now, boolean tooMany, Optional<InvitationRow> row) {}

  /** What a transaction has made of it. */
  private record Step(InvitationRow before, RequestOutcome outcome) {}

  /**
   * @param user cleaned
   * @param hash empty where what was shown can be no token
   */
  RequestOutcome show(ChatUser user, Optional<TokenHash> hash) throws AccessException {
    Look look =
        database.read(
            (connection, now) ->
                new Look(
                    now,
                    WrongTokens.tooMany(connection, user.id(), now),
                    hash.isPresent()
                        ? InvitationTable.find(connection, hash.get())
                        : Optional.empty()));
    if (look.tooMany()) {
      return refused(user, Reason.TOO_MANY, Optional.empty(), look.now());
    }
    if (look.row().isEmpty() || !ChatUser.isId(user.id())) {
      return wrong(user, Reason.UNKNOWN, Optional.empty(), look.now());
    }
    InvitationRow row = look.row().get();
    Optional<AgentRef> agent = agents.find(row.agent());
    if (agent.isEmpty()) {
      return wrong(user, Reason.NO_AGENT, Optional.empty(), look.now());
    }
    Optional<ConfirmOutcome.Reason> end = row.end(look.now());
    return end.isPresent()
        ? wrong(user, reason(end.get()), agent, look.now())
        : request(user, row, agent.get());
  }

  private RequestOutcome request(ChatUser user, InvitationRow seen, AgentRef agent)
      throws AccessException {
    Map<String, Object> intent = new HashMap<>();
    intent.put("invitation", seen.id());
    intent.put("role", seen.role().word());
    intent.put("name", user.displayName());
    intent.put("userName", user.userName());
    Step step =
        recorder.act(
            agent,
            StoredGate.intent(TYPE, agent.name(), user, intent),
            outcome -> {
              Step done =
                  database.inTransaction(
                      (connection, now) -> step(connection, now, user, seen.hash(), agent));
              switch (done.outcome()) {
                case Requested requested -> outcome.put("until", requested.until().toString());
                case Refused refused -> outcome.refused(StoredGate.word(refused.reason()));
              }
              return done;
            });
    if (step.outcome() instanceof Refused(Reason reason, String _)
        && step.before().state() == InvitationRow.State.REQUESTED
        && step.before().user().id() != user.id()
        && reason == Reason.TAKEN) {
      listener.refused(
          step.before().user(), agent.name(), step.before().role(), Words.TAKEN_PERSON);
    }
    return step.outcome();
  }

  private static Step step(
      Connection connection, Instant now, ChatUser user, TokenHash hash, AgentRef agent)
      throws SQLException, AccessException {
    InvitationRow row =
        InvitationTable.find(connection, hash)
            .orElseThrow(() -> new AccessException("the token was forgotten in this moment"));
    Optional<ConfirmOutcome.Reason> end = row.end(now);
    if (end.isPresent()) {
      return new Step(row, refusal(reason(end.get())));
    }
    Requested requested = new Requested(agent.name(), row.role(), row.expires());
    if (row.state() == InvitationRow.State.OPEN) {
      InvitationTable.update(connection, row.requestedBy(user));
      return new Step(row, requested);
    }
    if (row.user().id() != user.id()) {
      InvitationTable.update(connection, row.with(InvitationRow.State.TAKEN));
      return new Step(row, refusal(Reason.TAKEN));
    }
    InvitationRow tried = row.tried();
    InvitationTable.update(connection, tried);
    return new Step(row, tried.end(now).isPresent() ? refusal(Reason.VOID) : requested);
  }

  private RequestOutcome wrong(ChatUser user, Reason reason, Optional<AgentRef> agent, Instant now)
      throws AccessException {
    database.inTransaction(
        (connection, then) -> {
          WrongTokens.add(connection, user.id(), then);
          return user;
        });
    return refused(user, reason, agent, now);
  }

  private RequestOutcome refused(
      ChatUser user, Reason reason, Optional<AgentRef> agent, Instant now) throws AccessException {
    refusals.refused(
        TYPE,
        user.actor(),
        agent,
        "request",
        StoredGate.word(reason),
        Map.of("name", user.displayName(), "userName", user.userName()),
        now);
    return refusal(reason);
  }

  private static Refused refusal(Reason reason) {
    return new Refused(reason, Words.toPerson(reason));
  }

  private static Reason reason(ConfirmOutcome.Reason end) {
    return switch (end) {
      case EXPIRED -> Reason.EXPIRED;
      case USED -> Reason.USED;
      case TAKEN -> Reason.TAKEN;
      default -> Reason.VOID;
    };
  }
}
