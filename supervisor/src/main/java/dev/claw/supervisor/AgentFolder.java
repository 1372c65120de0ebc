package dev.claw.supervisor;

import java.nio.file.Path;

/**
 * The files of one agent. Only {@link #workspace}, {@link #state} and {@link #logs} are the agent's
 * to write.
 */
public record AgentFolder(Path path) {
  public Path record() {
    return path.resolve("agent.yaml");
  }

  public Path template() {
    return path.resolve("template.yaml");
  }

  public Path openclaw() {
    return path.resolve("openclaw.json");
  }

  public Path containerSpec() {
    return path.resolve("container-spec.json");
  }

  public Path seccomp() {
    return path.resolve("seccomp.json");
  }

  public Path lock() {
    return path.resolve("policy.lock.json");
  }

  public Path audit() {
    return path.resolve("audit.jsonl");
  }

  public Path workspace() {
    return path.resolve("workspace");
  }

  public Path state() {
    return path.resolve("state");
  }

  public Path logs() {
    return path.resolve("logs");
  }
}
