package dev.claw.backend.podman;

/** The labels by which claw knows what is its own. */
final class Label {
  /** The agent's id; on its pod and its container. */
  static final String ID = "claw.id";

  /** The agent's name; on its pod and its container. */
  static final String AGENT = "claw.agent";

  /** Digest of what the lock names for the container. */
  static final String LOCK = "claw.lock";

  /** The network profile's word. */
  static final String NETWORK = "claw.network";

  /** Secrets given as environment variables: {@code VARIABLE=NAME}, separated by spaces. */
  static final String SECRETS = "claw.secrets";

  /** On an image: what it was built from. */
  static final String RECIPE = "claw.recipe";

  /** On a container that runs once: {@code PID:START} of the claw that waits for it. */
  static final String ONCE = "claw.once";

  private Label() {}
}
