package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * The token of an agent's gateway: 256 random bits that claw keeps in {@code secrets/} and gives to
 * the container as a Podman secret, so that it stands on no command line, in no image and in no
 * environment.
 */
public final class GatewayToken {
  private static final int BYTES = 32;
  private static final int LARGEST = 1024;

  private final ClawHome home;
  private final RandomGenerator random;

  /**
   * @param random a secure source
   */
  public GatewayToken(ClawHome home, RandomGenerator random) {
    this.home = home;
    this.random = random;
  }

  /** The name of the Podman secret. */
  static String secretName(AgentId agent) {
    return "claw." + agent + ".gateway-token";
  }

  private Path file(AgentId agent) {
    return home.secrets().resolve(agent + ".gateway-token");
  }

  /**
   * Makes the token where there is none, and hands it to the backend where that does not have it.
   */
  void provide(AgentId agent, Backend backend) throws SupervisorException, BackendException {
    Path file = file(agent);
    boolean made = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    if (made) {
      byte[] token = new byte[BYTES];
      random.nextBytes(token);
      StateFiles.replace(file, Base64.getUrlEncoder().withoutPadding().encodeToString(token));
    }
    if (made || !backend.hasSecret(secretName(agent))) {
      String text = new String(StateFiles.read(file, LARGEST), StandardCharsets.US_ASCII);
      backend.putSecret(secretName(agent), text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** The token as the gateway expects it. */
  public String get(AgentId agent) throws SupervisorException {
    return new String(StateFiles.read(file(agent), LARGEST), StandardCharsets.US_ASCII).strip();
  }

  /** Takes the token from the backend; claw's own copy stays, for a restore from the trash. */
  void withdraw(AgentId agent, Backend backend) throws BackendException {
    backend.removeSecret(secretName(agent));
  }

  /** Removes claw's own copy. */
  void forget(AgentId agent) throws SupervisorException {
    StateFiles.delete(file(agent));
  }
}
