package dev.claw.compiler;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.CompiledPolicy.Versions;
import dev.claw.model.ContainerSpec.User;
import java.nio.file.Path;

/**
 * All that a compilation depends on beside the template; the same input gives the same bytes.
 *
 * @param operator numeric ids of the person who runs claw
 * @param home the operator's home; for {@code ~} and for the mount rules
 * @param clawHome claw's state folder
 * @param agentFolder the agent's own folder, which holds {@code workspace}, {@code state}, {@code
 *     logs} and {@code openclaw.json}
 * @param images tells which image a reference stands for
 * @param versions of claw and of the OpenClaw that is in the image
 * @param hostSeccomp Podman's default filter on this host, as JSON
 * @param files the host's file system
 */
public record CompileInput(
    AgentId id,
    AgentName name,
    User operator,
    Path home,
    Path clawHome,
    Path agentFolder,
    ImageLookup images,
    Versions versions,
    String hostSeccomp,
    HostFiles files) {}
