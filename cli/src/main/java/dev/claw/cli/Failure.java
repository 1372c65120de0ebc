package dev.claw.cli;

import dev.claw.access.AccessException;
import dev.claw.audit.AuditException;
import dev.claw.model.BackendException;
import dev.claw.supervisor.SupervisorException;

/**
 * What is said and returned when a command ends by an exception.
 *
 * @param message one line or more, without the program's name
 */
record Failure(ExitCode code, String message) {
  static Failure of(Throwable thrown) {
    String message = String.valueOf(thrown.getMessage());
    return switch (thrown) {
      case CliException e -> new Failure(e.code(), message);
      case SupervisorException e -> new Failure(code(e.reason()), message);
      case AccessException e -> new Failure(ExitCode.STATE, message);
      case BackendException e -> new Failure(code(e.kind()), message);
      case AuditException e -> new Failure(ExitCode.STATE, message);
      case InterruptedException e -> new Failure(ExitCode.INTERRUPTED, "broken off");
      default ->
          new Failure(
              ExitCode.FAILED,
              "this should not have happened: "
                  + thrown
                  + "; 'claw --debug' in front of the command shows where, and a bug report is welcome");
    };
  }

  /**
   * The same once a signal has come: an interrupt breaks off reads and writes, which then look like
   * files that are damaged. What is not on record is said all the same.
   */
  static Failure afterSignal(Throwable thrown) {
    Failure failure = of(thrown);
    boolean unrecorded =
        thrown instanceof AuditException
            || (thrown instanceof SupervisorException e
                && e.reason() == SupervisorException.Reason.AUDIT);
    boolean misled = failure.code() == ExitCode.STATE || failure.code() == ExitCode.DRIFT;
    return misled && !unrecorded ? new Failure(ExitCode.INTERRUPTED, "broken off") : failure;
  }

  private static ExitCode code(SupervisorException.Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> ExitCode.NOT_FOUND;
      case STATE, AUDIT -> ExitCode.STATE;
      case CONFLICT -> ExitCode.CONFLICT;
      case REFUSED -> ExitCode.REFUSED;
      case DRIFT -> ExitCode.DRIFT;
      case BACKEND -> ExitCode.BACKEND;
      case FAILED -> ExitCode.FAILED;
      case INTERRUPTED -> ExitCode.INTERRUPTED;
    };
  }

  private static ExitCode code(BackendException.Kind kind) {
    return switch (kind) {
      case UNAVAILABLE -> ExitCode.BACKEND;
      case NOT_FOUND -> ExitCode.NOT_FOUND;
      case CONFLICT -> ExitCode.CONFLICT;
      case TIMEOUT, FAILED -> ExitCode.FAILED;
      case INTERRUPTED -> ExitCode.INTERRUPTED;
    };
  }
}
