package dev.claw.supervisor;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers every call, and fails where a test wants it to. */
abstract class CallScript {
  /** The calls that change something outside. */
  static final Set<String> CHANGING =
      Set.of(
          "removeImage",
          "create",
          "start",
          "stopContainer",
          "stopPod",
          "remove",
          "exec",
          "converse",
          "runOnce",
          "putSecret",
          "removeSecret");

  public final List<String> calls = new CopyOnWriteArrayList<>();
  private int callsUntilFailure = -1;
  private String failing = "";
  private Kind failingKind = Kind.UNAVAILABLE;
  private boolean unchecked;

  /** From now on the n-th call fails, counted from 1; once. */
  void failAtCall(int number) {
    callsUntilFailure = number;
    unchecked = false;
  }

  /** The same with an exception that nobody declared. */
  void throwAtCall(int number) {
    callsUntilFailure = number;
    unchecked = true;
  }

  /** From now on every call of this method fails; none does where it is empty. */
  void failIn(String method) {
    failIn(method, Kind.UNAVAILABLE);
  }

  /** The same with a kind of failure. */
  void failIn(String method, Kind kind) {
    failing = method;
    failingKind = kind;
  }

  boolean failureIsDue() {
    return callsUntilFailure > 0;
  }

  /** Names of the methods called. */
  List<String> methods() {
    return calls.stream().map(call -> call.substring(0, call.indexOf(' '))).toList();
  }

  /** Those of them that change something. */
  List<String> changes() {
    return methods().stream().filter(CHANGING::contains).toList();
  }

  final void called(String method, Object subject) throws BackendException {
    calls.add(method + " " + subject);
    if (callsUntilFailure > 0 && --callsUntilFailure == 0) {
      if (unchecked) {
        throw new IllegalStateException(method + ": scripted to throw");
      }
      throw new BackendException(Kind.FAILED, method + ": scripted to fail");
    }
    if (failing.equals(method)) {
      throw new BackendException(failingKind, method + ": scripted to fail");
    }
  }
}
