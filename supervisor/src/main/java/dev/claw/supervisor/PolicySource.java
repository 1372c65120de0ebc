package dev.claw.supervisor;

import dev.claw.model.CompiledPolicy;

/**
 * Compiles an agent's {@code template.yaml} again. This room may not use the compiler, so whoever
 * wires it brings it along.
 */
@FunctionalInterface
public interface PolicySource {
  /**
   * @param templateYaml the text of the agent's {@code template.yaml} as it is now
   * @throws Exception where it does not compile; ends the act that asked for it
   */
  CompiledPolicy recompile(AgentRecord agent, String templateYaml) throws Exception;
}
