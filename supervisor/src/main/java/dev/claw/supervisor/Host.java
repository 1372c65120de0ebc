package dev.claw.supervisor;

import dev.claw.lock.HostKeyStore;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.Backend;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;

/**
 * What the services of this room share; whoever wires them makes one.
 *
 * @param userHome the operator's home, as a real path
 * @param random a secure source
 */
public record Host(
    ClawHome home,
    Path userHome,
    AgentStore agents,
    HostKeyStore keys,
    Journal journal,
    Backend backend,
    EgressAccess egress,
    Clock clock,
    SecureRandom random) {
  /** The same, whose agents' egress is asked for elsewhere. */
  public Host through(EgressAccess access) {
    return new Host(home, userHome, agents, keys, journal, backend, access, clock, random);
  }

  /** The same, where somebody else acts. */
  public Host by(Actor actor) {
    return new Host(
        home, userHome, agents, keys, journal.by(actor), backend, egress, clock, random);
  }

  /**
   * The same, where only this agent is known by its name: once the name is another's nothing is
   * read of that one or done with it, and nothing goes on record in its chain.
   */
  public Host only(AgentId id) {
    return new Host(
        home, userHome, agents.only(id), keys, journal.only(id), backend, egress, clock, random);
  }

  EgressFiles egressFiles() {
    return new EgressFiles(home, clock, random);
  }
}
