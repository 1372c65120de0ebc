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

  /** Mounted read-only over the container's own; see {@link EgressFiles}. */
  public Path resolvConf() {
    return path.resolve("resolv.conf");
  }

  /** Mounted read-only over the container's own where claw looks inside TLS. */
  public Path caCertificates() {
    return path.resolve("ca-certificates.crt");
  }

  /** Certificate of the agent's own authority; its key is in {@code secrets/egress}. */
  public Path egressAuthority() {
    return path.resolve("egress-ca.pem");
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
