package dev.claw.access;

import dev.claw.audit.AuditLog;
import dev.claw.model.AgentName;
import java.util.Optional;

/** Where it stands on record who asked for what. */
@FunctionalInterface
public interface AccessRecord {
  /**
   * An audit chain that has begun.
   *
   * @param agent that there is; empty for the host's chain
   */
  AuditLog chain(Optional<AgentName> agent) throws AccessException;
}
