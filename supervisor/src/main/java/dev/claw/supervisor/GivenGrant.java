package dev.claw.supervisor;

import dev.claw.egress.Grant;
import dev.claw.model.AgentId;
import java.time.Instant;

/**
 * A grant as it was given.
 *
 * @param given by the clock of {@link GrantStore#now}, as is its end
 * @param actor who gave it, such as {@code cli:ann(1000)}
 */
public record GivenGrant(AgentId agent, Grant grant, Instant given, String actor) {}
