package dev.claw.supervisor;

import dev.claw.egress.Grant;
import dev.claw.lock.HostKey;
import dev.claw.lock.JsonException;
import dev.claw.lock.KeyException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.KeySource;
import dev.claw.lock.PublicKey;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.GrantTable.Row;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Grants in {@code claw.db}, each signed by the host's key. A row that does not verify admits
 * nothing, and whoever reads gets to know of it. Putting on record what is given is the caller's.
 */
public final class GrantStore {
  /** Most grants of one agent at a time. */
  public static final int MOST = 1000;

  private final Path database;
  private final KeySource keys;
  private final InstantSource wall;
  private final LatestInstant latest;

  /** The grants of this host's state folder. */
  public GrantStore(Host host) {
    this(
        host.home().database(),
        host.keys(),
        host.clock(),
        new LatestInstant(host.clock(), Uptime::ofKernel));
  }

  GrantStore(Path database, KeySource keys, InstantSource wall, LatestInstant latest) {
    this.database = database;
    this.keys = keys;
    this.wall = wall;
    this.latest = latest;
  }

  /**
   * What the store has of one agent.
   *
   * @param now by which live and ended are told apart
   * @param live verified, and not ended
   * @param ended verified; they stay until {@link #remove}
   * @param broken what admits nothing
   */
  public record Held(
      Instant now, List<GivenGrant> live, List<GivenGrant> ended, List<Broken> broken) {
    /** Copies the lists. */
    public Held {
      live = List.copyOf(live);
      ended = List.copyOf(ended);
      broken = List.copyOf(broken);
    }

    /** What the proxy wants to know. */
    public List<Grant> grants() {
      return live.stream().map(GivenGrant::grant).toList();
    }
  }

  /**
   * A row that can't be believed.
   *
   * @param id as it stands there
   * @param why a sentence's end
   */
  public record Broken(String id, String why) {
    /** The whole in one sentence. */
    public String sentence() {
      return "grant " + Quoted.of(id) + " in claw.db admits nothing: " + why;
    }
  }

  /** Now, as grants count time: a clock that was set back does not prolong them. */
  public Instant now() throws SupervisorException {
    try (StateDatabase state = StateDatabase.open(database)) {
      return state.read(latest::now);
    }
  }

  /**
   * The wall clock, but never before {@link #now} as it is at this call. For a process that stays,
   * which then counts on by itself.
   */
  public InstantSource clock() throws SupervisorException {
    Instant floor = now();
    return () -> {
      Instant instant = wall.instant();
      return instant.isBefore(floor) ? floor : instant;
    };
  }

  /** All grants of an agent, each verified. */
  public Held read(AgentId agent) throws SupervisorException {
    PublicKey key = ring().known().current();
    try (StateDatabase state = StateDatabase.open(database)) {
      Held held = state.read(connection -> read(connection, agent, key, latest.now(connection)));
      if (!held.live().isEmpty() && state.read(latest::isBehind)) {
        state.inTransaction(latest::advance);
      }
      return held;
    }
  }

  /**
   * Adds a grant that begins now.
   *
   * @param wanted its end is not looked at
   * @throws SupervisorException CONFLICT where the agent has {@link #MOST} already
   */
  GivenGrant give(AgentId agent, Grant wanted, Duration time, Actor actor)
      throws SupervisorException {
    HostKey key = ring().signing();
    try (StateDatabase state = StateDatabase.open(database)) {
      return state.inTransaction(
          connection -> {
            Instant now = latest.mark(connection);
            makeRoom(connection, agent, key.publicKey(), now);
            GivenGrant given =
                new GivenGrant(
                    agent,
                    new Grant(wanted.id(), wanted.host(), wanted.ports(), now.plus(time)),
                    now,
                    actor.toString());
            GrantTable.insert(connection, agent, signed(given, key));
            return given;
          });
    }
  }

  /** Removes a grant, also one that does not verify; whether there was one. */
  public boolean remove(AgentId agent, String id) throws SupervisorException {
    try (StateDatabase state = StateDatabase.open(database)) {
      return state.inTransaction(
          connection -> {
            latest.mark(connection);
            return GrantTable.delete(connection, agent, id);
          });
    }
  }

  /** Signs every grant that the old key has signed with both keys. */
  void resign(KeyRing old, HostKey successor) throws SupervisorException {
    try (StateDatabase state = StateDatabase.open(database)) {
      state.inTransaction(
          connection -> {
            for (AgentId agent : GrantTable.agents(connection)) {
              for (Row row : GrantTable.of(connection, agent)) {
                if (isGood(row, old.known().current(), agent)) {
                  GrantTable.update(connection, agent, resigned(row, old.signing(), successor));
                }
              }
            }
            return old;
          });
    }
  }

  private static Held read(Connection connection, AgentId agent, PublicKey key, Instant now)
      throws SQLException {
    List<GivenGrant> live = new ArrayList<>();
    List<GivenGrant> ended = new ArrayList<>();
    List<Broken> broken = new ArrayList<>();
    List<Row> rows = GrantTable.of(connection, agent);
    for (Row row : rows.subList(0, Math.min(rows.size(), MOST))) {
      try {
        GivenGrant given = row.envelope().verify(key, agent, row.id());
        (now.isBefore(given.grant().until()) ? live : ended).add(given);
      } catch (InvalidValueException e) {
        broken.add(new Broken(row.id(), e.getMessage()));
      }
    }
    if (rows.size() > MOST) {
      broken.add(
          new Broken(
              rows.getLast().id(),
              "it and those behind it are more than the " + MOST + " that an agent may have"));
    }
    return new Held(now, live, ended, broken);
  }

  private static boolean isGood(Row row, PublicKey key, AgentId agent) {
    try {
      row.envelope().verify(key, agent, row.id());
      return true;
    } catch (InvalidValueException e) {
      return false;
    }
  }

  private static void makeRoom(Connection connection, AgentId agent, PublicKey key, Instant now)
      throws SQLException, SupervisorException {
    int rows = GrantTable.of(connection, agent).size();
    if (rows < MOST) {
      return;
    }
    for (GivenGrant ended : read(connection, agent, key, now).ended()) {
      GrantTable.delete(connection, agent, ended.grant().id());
      rows--;
    }
    if (rows >= MOST) {
      throw new SupervisorException(
          Reason.CONFLICT,
          "expected fewer than "
              + MOST
              + " grants of one agent, found "
              + rows
              + "; revoke some, or write rules into its template");
    }
  }

  private static Row signed(GivenGrant given, HostKey key) throws SupervisorException {
    try {
      return new Row(given.grant().id(), GrantEnvelope.sign(given, key));
    } catch (JsonException e) {
      throw unsignable(e);
    }
  }

  private static Row resigned(Row row, HostKey... by) throws SupervisorException {
    try {
      return new Row(row.id(), row.envelope().resigned(by));
    } catch (JsonException e) {
      throw unsignable(e);
    }
  }

  private static SupervisorException unsignable(JsonException e) {
    return new SupervisorException(
        Reason.REFUSED, "the grant can't be signed: " + e.getMessage(), e);
  }

  private KeyRing ring() throws SupervisorException {
    try {
      return keys.ring();
    } catch (KeyException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }
}
