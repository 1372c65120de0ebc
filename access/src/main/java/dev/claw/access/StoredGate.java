package dev.claw.access;

import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import dev.claw.model.InvalidValueException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The gate over {@code claw.db}, which it reads anew each time: what was revoked or changed a
 * moment ago, by whatever process, holds at the next question.
 */
public final class StoredGate implements AccessGate, AutoCloseable {
  private final AccessDatabase database;
  private final AccessAgents agents;
  private final Recorder recorder;
  private final TokenRequests requests;
  private final FoldedRecords folded;

  /**
   * @param listener told where one person's request ends by what another one does
   */
  public StoredGate(
      AccessDatabase database, AccessAgents agents, AccessRecord record, PairingListener listener) {
    this.recorder = new Recorder(record);
    this.database = database;
    this.agents = agents;
    this.folded = new FoldedRecords(recorder);
    this.requests = new TokenRequests(database, agents, recorder, folded, listener);
  }

  private record Look(Instant now, PairingTable.Found found) {}

  @Override
  public AccessDecision decide(ChatUser user, AgentName name, ChatAction action)
      throws AccessException {
    Optional<AgentRef> agent = agents.find(name);
    Look look =
        database.read(
            (connection, now) ->
                new Look(
                    now,
                    agent.isPresent()
                        ? PairingTable.find(connection, agent.get().id(), user.id())
                        : new PairingTable.Found(Optional.empty(), "")));
    Optional<Pairing> pairing = look.found().pairing();
    if (pairing.isPresent() && pairing.get().role().includes(action.least())) {
      // Looking leaves no other trace, and whoever looked is asked for afterwards too.
      recorder.note(
          agent,
          new AuditEvent(
              "access.decide",
              name,
              user.actor(),
              AuditEvent.Phase.OUTCOME,
              AuditEvent.Result.DONE,
              Map.of("action", word(action))));
      return new AccessDecision.Allowed(pairing.get());
    }
    AccessDecision.Reason reason =
        pairing.isPresent() ? AccessDecision.Reason.ROLE : AccessDecision.Reason.NOT_PAIRED;
    Map<String, Object> details = new HashMap<>();
    if (agent.isEmpty()) {
      details.put("asked", name.value());
    }
    if (!look.found().why().isEmpty()) {
      details.put("broken", look.found().why());
    }
    folded.refused(
        "access.decide", user.actor(), agent, word(action), word(reason), details, look.now());
    return new AccessDecision.Denied(reason);
  }

  @Override
  public List<Paired> agents(ChatUser user) throws AccessException {
    List<AgentRef> all = agents.all();
    return database.read(
        (connection, now) -> {
          List<Paired> paired = new ArrayList<>();
          for (AgentRef agent : all) {
            PairingTable.find(connection, agent.id(), user.id())
                .pairing()
                .ifPresent(pairing -> paired.add(new Paired(agent, pairing.role())));
          }
          return List.copyOf(paired);
        });
  }

  @Override
  public List<ChatUser> users(AgentRef agent, ChatAction action) throws AccessException {
    if (!agents.find(agent.name()).equals(Optional.of(agent))) {
      return List.of();
    }
    return database.read(
        (connection, now) ->
            PairingTable.of(connection, agent.id()).pairings().stream()
                .filter(pairing -> pairing.role().includes(action.least()))
                .map(Pairing::user)
                .toList());
  }

  @Override
  public RequestOutcome request(ChatUser user, String token) throws AccessException {
    Optional<TokenHash> hash;
    try {
      hash = Optional.of(PairingToken.parse(token).hash());
    } catch (InvalidValueException e) {
      hash = Optional.empty(); // counts as any other that nobody gave out
    }
    return requests.show(user.cleaned(), hash);
  }

  @Override
  public void done(ChatUser user, String command) throws AccessException {
    folded.done("access.command", user.actor(), command, now());
  }

  @Override
  public void refused(ChatUser user, Optional<AgentRef> agent, String what, String reason)
      throws AccessException {
    folded.refused("access.command", user.actor(), agent, what, reason, Map.of(), now());
  }

  private Instant now() throws AccessException {
    return database.read((connection, now) -> now);
  }

  /**
   * Puts on record what was counted in minutes that are over; to be called each. Where nothing was,
   * nothing is looked at.
   */
  public void settle() throws AccessException {
    if (!folded.isEmpty()) {
      folded.settle(now());
    }
  }

  /** Puts all on record that was counted. */
  @Override
  public void close() throws AccessException {
    folded.settleAll();
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static AuditEvent intent(String type, AgentName agent, ChatUser user, Map<String, Object> what) {
    return AuditEvent.intent(type, agent, user.actor(), what);
  }
}
