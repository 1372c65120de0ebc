package dev.claw.supervisor;

import dev.claw.model.ContainerSpec;
import dev.claw.model.EffectiveState;
import java.util.List;
import java.util.Optional;

/**
 * Everything about an agent.
 *
 * @param lockDigest digest of the lock, where its signature is good
 * @param specified the container as the lock names it, where that can be read
 * @param effective what really holds, while it runs
 * @param differences between the two, a sentence each
 * @param holds whether the lock verifies and nothing differs from it but limits that the host does
 *     not enforce, without which a start may have been allowed
 */
public record AgentInspection(
    AgentStatus status,
    String folder,
    Optional<String> lockDigest,
    Optional<ContainerSpec> specified,
    Optional<EffectiveState> effective,
    List<String> differences,
    boolean holds) {}
