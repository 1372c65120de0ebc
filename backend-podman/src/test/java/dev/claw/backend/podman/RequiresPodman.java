package dev.claw.backend.podman;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests against real rootless Podman: they are left out with a reason where it does not work,
 * and fail there if {@code PODMAN_MUST_WORK=1}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresPodman.Condition.class)
@interface RequiresPodman {

  /** Asks Podman itself. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if ("1".equals(System.getenv("PODMAN_MUST_WORK"))) {
        return enabled("PODMAN_MUST_WORK=1");
      }
      try {
        String rootless = Podman.run("info", "--format", "{{.Host.Security.Rootless}}");
        return rootless.equals("true")
            ? enabled("rootless Podman works")
            : disabled("expected rootless Podman, found rootless=" + rootless);
      } catch (IOException e) {
        return disabled("Podman does not work here: " + e.getMessage());
      }
    }
  }
}
