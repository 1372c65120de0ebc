package dev.claw.cli;

/** The image that claw builds and that templates name where they say nothing else. */
final class AgentImage {
  static final String REFERENCE = "localhost/claw-openclaw-agent:latest";

  private AgentImage() {}
}
