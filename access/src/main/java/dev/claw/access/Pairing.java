package dev.claw.access;

import dev.claw.model.AgentId;
import java.time.Instant;

/**
 * A person who may act on an agent.
 *
 * @param user as at the time of pairing
 * @param confirmedBy who confirmed it, as the audit log names an actor
 */
public record Pairing(AgentId agent, ChatUser user, Role role, Instant since, String confirmedBy) {}
