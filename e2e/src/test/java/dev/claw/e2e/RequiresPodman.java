package dev.claw.e2e;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests on real rootless Podman with the agent image: left out with a reason where either is
 * missing, failed there if {@code PODMAN_MUST_WORK=1}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresPodman.Condition.class)
@interface RequiresPodman {
  String IMAGE = "localhost/claw-openclaw-agent";

  /** Asks Podman itself. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Optional<String> missing = missing();
      if (missing.isEmpty()) {
        return enabled("rootless Podman works and has the agent image");
      }
      if ("1".equals(System.getenv("PODMAN_MUST_WORK"))) {
        throw new IllegalStateException("PODMAN_MUST_WORK=1, but " + missing.get());
      }
      return disabled(missing.get());
    }

    private static Optional<String> missing() {
      if (System.getProperty("user.name", "").equals("root")) {
        return Optional.of("claw refuses to run as root; run scripts/test");
      }
      try {
        CommandResult info =
            Command.of("podman", "info", "--format", "{{.Host.Security.Rootless}}").run();
        if (info.exitCode() != 0 || !info.out().strip().equals("true")) {
          return Optional.of("expected rootless Podman, found:\n" + info);
        }
        return Command.of("podman", "image", "exists", IMAGE).run().exitCode() == 0
            ? Optional.empty()
            : Optional.of("Podman has no image " + IMAGE + "; run 'claw image build'");
      } catch (UncheckedIOException e) {
        return Optional.of("Podman does not work here: " + e.getMessage());
      }
    }
  }
}
