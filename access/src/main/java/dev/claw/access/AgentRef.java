package dev.claw.access;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;

/** An agent that there is: what it is and what people call it. */
public record AgentRef(AgentId id, AgentName name) {}
