package dev.claw.model;

/**
 * What the compiler makes of a template for one agent: the parts that the lock names, and the texts
 * of the files that it digests. The texts are final, byte for byte, in UTF-8.
 *
 * @param template the template's name and the digest of {@code templateYaml}
 * @param templateYaml the template's source followed by those it extends, nearest first, as YAML
 *     documents
 * @param openclawJson what the agent may decide, as OpenClaw reads it
 * @param containerSpecJson {@code container}, as text
 * @param seccompJson the system-call filter
 * @param versions who compiled it for whom
 */
public record CompiledPolicy(
    Template template,
    AgentPolicy agent,
    ModelPolicy models,
    EgressPolicy egress,
    ContainerSpec container,
    Versions versions,
    String templateYaml,
    String openclawJson,
    String containerSpecJson,
    String seccompJson) {

  /** A template by name and content. */
  public record Template(String name, Digest digest) {}

  /** Versions that a lock states. */
  public record Versions(String claw, String openclaw) {}
}
