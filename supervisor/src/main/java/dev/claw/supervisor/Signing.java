package dev.claw.supervisor;

import dev.claw.lock.JsonException;
import dev.claw.lock.KeyException;
import dev.claw.lock.LockEnvelope;
import dev.claw.lock.PolicyLock;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.Digest;
import dev.claw.supervisor.SupervisorException.Reason;
import java.util.Optional;

/** Makes locks and signs them with the host's present key. */
final class Signing {
  private Signing() {}

  static PolicyLock lock(CompiledPolicy policy, long serial, Optional<Digest> previous)
      throws SupervisorException {
    try {
      return PolicyLock.of(policy, serial, previous);
    } catch (JsonException e) {
      throw new SupervisorException(
          Reason.REFUSED,
          policy.template().name()
              + ": the policy can't be locked: "
              + e.getMessage()
              + "; change it in the template",
          e);
    }
  }

  static byte[] sign(Host host, PolicyLock lock) throws SupervisorException {
    try {
      return LockEnvelope.sign(lock, host.keys().load().signing());
    } catch (KeyException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }
}
