package dev.claw.access;

import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who may act on which agent: lists, changes and ends pairings. What is changed holds at once. */
public final class Pairings {
  private final AccessDatabase database;
  private final Recorder recorder;

  public Pairings(AccessDatabase database, AccessRecord record) {
    this.database = database;
    this.recorder = new Recorder(record);
  }

  /**
   * A pairing in a listing.
   *
   * @param user the number that identifies the person
   * @param since when it was confirmed
   * @param by who confirmed it
   */
  public record Listed(
      AgentName agent,
      long user,
      String displayName,
      String userName,
      Role role,
      Instant since,
      String by) {}

  /**
   * What a listing found.
   *
   * @param pairings by agent and number
   * @param problems sentences about rows that pair nobody
   */
  public record Listing(List<Listed> pairings, List<String> problems) {}

  /** What came of a change. */
  public sealed interface Change {
    /** It holds from now on. */
    record Done() implements Change {}

    /** The person is not paired with the agent. */
    record NotPaired() implements Change {}
  }

  /** The pairings of these agents. */
  public Listing list(List<AgentRef> agents) throws AccessException {
    return database.read(
        (connection, now) -> {
          List<Listed> pairings = new ArrayList<>();
          List<String> problems = new ArrayList<>();
          for (AgentRef agent : agents) {
            PairingTable.Held held = PairingTable.of(connection, agent.id());
            held.pairings().forEach(pairing -> pairings.add(listed(agent.name(), pairing)));
            held.broken().forEach(broken -> problems.add(problem(agent.name(), broken)));
          }
          return new Listing(List.copyOf(pairings), List.copyOf(problems));
        });
  }

  private static Listed listed(AgentName agent, Pairing pairing) {
    return new Listed(
        agent,
        pairing.user().id(),
        pairing.user().displayName(),
        pairing.user().userName(),
        pairing.role(),
        pairing.since(),
        pairing.confirmedBy());
  }

  private static String problem(AgentName agent, PairingTable.Broken broken) {
    return agent
        + ": the row of "
        + broken.user()
        + " in claw.db pairs nobody: "
        + broken.why()
        + "; 'claw access revoke telegram "
        + agent
        + " "
        + broken.user()
        + "' removes it";
  }

  /** Ends a pairing; also a row that pairs nobody. */
  public Change revoke(Actor by, AgentRef agent, long user) throws AccessException {
    if (!database.read(
        (connection, now) -> isThere(PairingTable.of(connection, agent.id()), user))) {
      return new Change.NotPaired();
    }
    boolean found =
        recorder.act(
            agent,
            AuditEvent.intent("access.revoke", agent.name(), by, Map.of("user", user)),
            outcome -> {
              boolean deleted =
                  database.inTransaction(
                      (connection, now) -> PairingTable.delete(connection, agent.id(), user));
              outcome.put("found", deleted);
              return deleted;
            });
    return found ? new Change.Done() : new Change.NotPaired();
  }

  private static boolean isThere(PairingTable.Held held, long user) {
    return held.pairings().stream().anyMatch(pairing -> pairing.user().id() == user)
        || held.broken().stream().anyMatch(broken -> broken.user() == user);
  }

  /** Gives a paired person another role. */
  public Change role(Actor by, AgentRef agent, long user, Role role) throws AccessException {
    if (database
        .read((connection, now) -> PairingTable.find(connection, agent.id(), user))
        .pairing()
        .isEmpty()) {
      return new Change.NotPaired();
    }
    return recorder.act(
        agent,
        AuditEvent.intent(
            "access.role", agent.name(), by, Map.of("user", user, "role", role.word())),
        outcome ->
            database.inTransaction(
                (connection, now) -> {
                  PairingTable.Found found = PairingTable.find(connection, agent.id(), user);
                  if (found.pairing().isEmpty()) {
                    outcome.refused("not_paired");
                    return new Change.NotPaired();
                  }
                  Pairing old = found.pairing().get();
                  outcome.put("was", old.role().word());
                  PairingTable.put(
                      connection,
                      new Pairing(old.agent(), old.user(), role, old.since(), old.confirmedBy()));
                  return new Change.Done();
                }));
  }
}
