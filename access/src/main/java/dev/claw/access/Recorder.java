package dev.claw.access;

import dev.claw.audit.AuditException;
import dev.claw.audit.RecordedAction;
import dev.claw.model.AuditEvent;
import java.util.Optional;

/** Writes to the record; what can't be recorded does not happen. */
final class Recorder {
  private final AccessRecord record;

  Recorder(AccessRecord record) {
    this.record = record;
  }

  /** Does it between the record of its intent and of its outcome, in the agent's chain. */
  <T> T act(AgentRef agent, AuditEvent intent, RecordedAction.Action<T, AccessException> action)
      throws AccessException {
    try {
      return new RecordedAction(record.chain(Optional.of(agent))).run(intent, action);
    } catch (AuditException e) {
      throw new AccessException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Records what needs no intent.
   *
   * @param chain the agent in whose chain it stands; empty for the host's
   */
  void note(Optional<AgentRef> chain, AuditEvent event) throws AccessException {
    try {
      record.chain(chain).append(event);
    } catch (AuditException e) {
      throw new AccessException(String.valueOf(e.getMessage()), e);
    }
  }
}
