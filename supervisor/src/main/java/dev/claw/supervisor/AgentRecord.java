package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import java.time.Instant;

/**
 * What {@code agent.yaml} says of an agent.
 *
 * @param template the name of the template of its present lock
 * @param created to the second
 * @param serial of its present lock
 */
public record AgentRecord(
    AgentId id, AgentName name, String template, Instant created, long serial) {
  AgentRecord withLock(String newTemplate, long newSerial) {
    return new AgentRecord(id, name, newTemplate, created, newSerial);
  }
}
