package dev.claw.access;

import dev.claw.audit.AuditLog;
import java.util.Optional;

/** Where it stands on record who asked for what. */
@FunctionalInterface
public interface AccessRecord {
  /**
   * An audit chain that has begun. Once the name is another agent's nothing can be appended to that
   * of the one before.
   *
   * @param agent that there is; empty for the host's chain
   */
  AuditLog chain(Optional<AgentRef> agent) throws AccessException;
}
