package dev.claw.access;

import java.time.Duration;

/**
 * A token that was just given out.
 *
 * @param id by which the record names it
 * @param left until it is over
 */
public record Invitation(PairingToken token, String id, AgentRef agent, Role role, Duration left) {}
