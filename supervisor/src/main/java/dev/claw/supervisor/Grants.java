package dev.claw.supervisor;

import dev.claw.egress.Grant;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Gives and revokes grants, with the lock's consent and on record. */
public final class Grants {
  /** The port of those who name none. */
  public static final int HTTPS = 443;

  /** The shortest time of a grant. */
  public static final Duration SHORTEST = Duration.ofSeconds(30);

  /** The longest time of a grant; what is to stay belongs into the template. */
  public static final Duration LONGEST = Duration.ofDays(30);

  private static final int MOST_PORTS = 64;

  private final Host host;
  private final GrantStore store;
  private final RunningEgress running;

  /**
   * @param running told of every change, after it is on disk
   */
  public Grants(Host host, RunningEgress running) {
    this.host = host;
    this.store = new GrantStore(host);
    this.running = running;
  }

  /**
   * A grant in a listing.
   *
   * @param remaining seconds until it ends
   */
  public record Listed(
      AgentName agent,
      String id,
      String host,
      List<Integer> ports,
      Instant given,
      Instant until,
      long remaining,
      String actor) {
    static Listed of(AgentName agent, GivenGrant given, Instant now) {
      Grant grant = given.grant();
      return new Listed(
          agent,
          grant.id(),
          grant.host(),
          grant.ports(),
          given.given(),
          grant.until(),
          Duration.between(now, grant.until()).toSeconds(),
          given.actor());
    }
  }

  /**
   * What a listing found.
   *
   * @param grants live ones, by agent and then by their end
   * @param problems sentences about what admits nothing
   */
  public record Listing(List<Listed> grants, List<String> problems) {}

  /**
   * Gives a grant.
   *
   * @param pattern a name, an address, {@code *.name} or {@code **.name}
   * @throws SupervisorException REFUSED where it would admit nothing, DRIFT where the lock does not
   *     hold
   */
  public Listed give(AgentName name, String pattern, List<Integer> ports, Duration time)
      throws SupervisorException, BackendException {
    Grant wanted = wanted(pattern, ports, time);
    PolicyLock lock = new Policies(host).locked(name).lock();
    refuseWithoutDoor(name, lock.reach().profile());
    Optional<String> denied = GrantCheck.denied(lock.reach(), wanted);
    if (denied.isPresent()) {
      throw new SupervisorException(
          Reason.REFUSED,
          name
              + ": the policy denies it by '"
              + denied.get()
              + "', and a deny wins over every grant; take it out of the template's network.deny,"
              + " or ask for another host or port");
    }
    GivenGrant given =
        host.journal()
            .onAgent(
                "egress.grant",
                name,
                Map.of(
                    "grant", wanted.id(),
                    "host", wanted.host(),
                    "ports", wanted.ports(),
                    "seconds", time.toSeconds()),
                () -> store.give(lock.agentId(), wanted, time, host.journal().actor()),
                done -> Map.of("until", done.grant().until().toString()));
    tell(name, "the grant " + wanted.id() + " is given");
    return Listed.of(name, given, given.given());
  }

  /**
   * Revokes one grant by its id, or all of a host.
   *
   * @return the ids
   * @throws SupervisorException NOT_FOUND where there is none
   */
  public List<String> revoke(AgentName name, String idOrHost)
      throws SupervisorException, BackendException {
    host.home().verify();
    AgentId agent = host.agents().get(name).id();
    GrantStore.Held held = store.read(agent);
    List<String> ids = new ArrayList<>();
    held.broken().stream()
        .map(GrantStore.Broken::id)
        .filter(idOrHost::equals)
        .limit(1)
        .forEach(ids::add);
    List<GivenGrant> all = new ArrayList<>(held.live());
    all.addAll(held.ended());
    all.stream().map(given -> given.grant().id()).filter(idOrHost::equals).forEach(ids::add);
    if (ids.isEmpty()) {
      all.stream()
          .filter(given -> given.grant().host().equalsIgnoreCase(idOrHost))
          .forEach(given -> ids.add(given.grant().id()));
    }
    if (ids.isEmpty()) {
      throw new SupervisorException(
          Reason.NOT_FOUND,
          name
              + ": expected the id or host of a grant, found "
              + Quoted.of(idOrHost)
              + "; 'claw egress grants "
              + name
              + "' shows what there is");
    }
    for (String id : ids) {
      host.journal()
          .onAgent(
              "egress.revoke",
              name,
              Map.of("grant", id),
              () -> store.remove(agent, id),
              removed -> Map.of("found", removed));
    }
    tell(name, "revoked " + String.join(", ", ids));
    return ids;
  }

  /** Removes a grant that is over; the record says when it was. */
  public void end(AgentName name, GivenGrant over) throws SupervisorException, BackendException {
    String id = over.grant().id();
    host.journal()
        .onAgent(
            "egress.grant.end",
            name,
            Map.of("grant", id, "host", over.grant().host()),
            () -> store.remove(over.agent(), id),
            removed -> Map.of("until", over.grant().until().toString()));
  }

  /** Live grants of one agent, or of all. */
  public Listing list(Optional<AgentName> only) throws SupervisorException {
    host.home().verify();
    List<AgentRecord> agents = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    if (only.isPresent()) {
      agents.add(host.agents().get(only.get()));
    } else {
      for (AgentStore.Entry entry : host.agents().list()) {
        entry.agent().ifPresentOrElse(agents::add, () -> problems.add(entry.problem()));
      }
    }
    List<Listed> grants = new ArrayList<>();
    for (AgentRecord agent : agents) {
      GrantStore.Held held = store.read(agent.id());
      held.live().stream()
          .map(given -> Listed.of(agent.name(), given, held.now()))
          .sorted(java.util.Comparator.comparing(Listed::until))
          .forEach(grants::add);
      held.broken()
          .forEach(
              broken ->
                  problems.add(
                      agent.name()
                          + ": "
                          + broken.sentence()
                          + "; 'claw egress revoke "
                          + agent.name()
                          + " ID' removes it"));
    }
    return new Listing(List.copyOf(grants), List.copyOf(problems));
  }

  private Grant wanted(String pattern, List<Integer> ports, Duration time)
      throws SupervisorException {
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      throw new SupervisorException(
          Reason.REFUSED,
          "expected a time from 30s to 30d, found "
              + time.toSeconds()
              + "s; what is to stay belongs into the template");
    }
    if (ports.size() > MOST_PORTS) {
      throw new SupervisorException(
          Reason.REFUSED, "expected at most " + MOST_PORTS + " ports, found " + ports.size());
    }
    byte[] id = new byte[5];
    host.random().nextBytes(id);
    try {
      Grant grant =
          Grant.parse(
              "g-" + HexFormat.of().formatHex(id),
              pattern,
              List.copyOf(new TreeSet<>(ports)),
              Instant.EPOCH);
      GrantCheck.refuseUseless(grant.host());
      return grant;
    } catch (InvalidValueException e) {
      throw new SupervisorException(
          Reason.REFUSED, "host: " + e.getMessage() + GrantCheck.hint(pattern), e);
    }
  }

  private static void refuseWithoutDoor(AgentName name, NetworkProfile profile)
      throws SupervisorException {
    switch (profile) {
      case ALLOWLIST -> {}
      case OFFLINE ->
          throw new SupervisorException(
              Reason.REFUSED,
              name
                  + ": its network profile is offline: it has no door that a grant could open;"
                  + " set network.profile to allowlist in its template");
      case OPEN ->
          throw new SupervisorException(
              Reason.REFUSED,
              name
                  + ": its network profile is open: it reaches every host without any grant; set"
                  + " network.profile to allowlist in its template to have rules enforced");
    }
  }

  /** What is on disk holds; a running egress that was not told goes on as before. */
  private void tell(AgentName name, String done) throws SupervisorException {
    try {
      running.refresh(name);
    } catch (SupervisorException e) {
      throw new SupervisorException(
          e.reason(),
          name
              + ": "
              + done
              + ", but the supervisor could not be told, and goes on as before: "
              + e.getMessage(),
          e);
    }
  }
}
