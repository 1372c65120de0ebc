package dev.claw.model;

import java.util.List;

/**
 * What an agent may decide; OpenClaw enforces it.
 *
 * @param tools which tools the agent's turns see
 * @param skills names of skills
 * @param plugins names of plugins
 * @param channels names of enabled channels
 * @param rules advice in words, written to the workspace as TOOLS.md; nobody enforces it
 */
public record AgentPolicy(
    Tools tools,
    ExecMode exec,
    List<String> skills,
    List<String> plugins,
    List<String> channels,
    String rules) {

  /**
   * OpenClaw's {@code tools}.
   *
   * @param profile a tool profile of OpenClaw's
   */
  public record Tools(String profile, List<String> allow, List<String> deny) {
    /** Copies all lists. */
    public Tools {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
    }
  }

  /** Copies all lists. */
  public AgentPolicy {
    skills = List.copyOf(skills);
    plugins = List.copyOf(plugins);
    channels = List.copyOf(channels);
  }
}
