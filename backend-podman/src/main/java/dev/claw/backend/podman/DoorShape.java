package dev.claw.backend.podman;

import dev.claw.model.NetworkProfile;
import java.io.IOException;

/** What of an agent's connections its door takes. */
enum DoorShape {
  /** All of them, for an agent that has no other way. */
  CAPTURE("door.sh", "127.0.0.1:3128,127.0.0.1:3129,0.0.0.0:3130"),
  /** Model calls, which need claw on every network; routes and rules stay as Podman made them. */
  BROKER("relay.sh", "127.0.0.1:3129");

  private final String script;
  private final String listens;

  DoorShape(String script, String listens) {
    this.script = script;
    this.listens = listens;
  }

  /**
   * The shape for a network namespace.
   *
   * @param network the label of the container that holds it; where there is none, nothing is spared
   */
  static DoorShape of(String network) {
    return network.equals(NetworkProfile.OPEN.word()) ? BROKER : CAPTURE;
  }

  /** What builds it: {@code sh -ec THIS NAME CONFIG}. */
  String script() throws IOException {
    return NamespaceShell.resource(script);
  }

  /**
   * The configuration of its relay.
   *
   * @param socket to which connections are handed
   */
  String config(String socket) throws IOException {
    return NamespaceShell.resource("relay.cfg")
        .replace("{listens}", listens)
        .replace("{socket}", socket);
  }
}
