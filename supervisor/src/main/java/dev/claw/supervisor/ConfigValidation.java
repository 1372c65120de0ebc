package dev.claw.supervisor;

import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.Digest;
import dev.claw.model.ExecResult;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Has OpenClaw, which alone knows, say whether it accepts an openclaw.json; inside its image and
 * without a network.
 */
final class ConfigValidation {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int LONGEST_ANSWER = 2000;

  private ConfigValidation() {}

  /**
   * Asks nobody where the image is not here.
   *
   * @return whether OpenClaw was asked, and accepts it
   */
  static boolean check(Backend backend, CompiledPolicy policy, Path openclawJson)
      throws SupervisorException, BackendException {
    Optional<Digest> image = policy.container().image().findDigest();
    if (image.isEmpty()) {
      return false;
    }
    ExecResult result =
        backend.runOnce(
            image.get(),
            List.of(InsideImage.INIT, "validate"),
            openclawJson,
            InsideImage.CONFIG,
            TIMEOUT);
    if (result.exitCode() != 0) {
      String answer =
          new String(result.stdout(), StandardCharsets.UTF_8)
              + new String(result.stderr(), StandardCharsets.UTF_8);
      throw new SupervisorException(
          Reason.REFUSED,
          policy.template().name()
              + ": OpenClaw does not accept the openclaw.json that this template gives; mend"
              + " 'agent' in it. It says: "
              + Quoted.visible(
                  answer.substring(0, Math.min(answer.length(), LONGEST_ANSWER)).strip()));
    }
    return true;
  }
}
