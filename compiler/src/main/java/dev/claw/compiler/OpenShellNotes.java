package dev.claw.compiler;

import dev.claw.compiler.Problem.Severity;
import java.util.List;
import java.util.TreeSet;

/** Gathers what has no equivalent; all of it is shown, since each line is a decision. */
final class OpenShellNotes {
  private final TreeSet<Problem> found = new TreeSet<>();

  void add(Position at, String message) {
    found.add(new Problem(at.file(), at.line(), at.column(), Severity.WARNING, message));
  }

  List<Problem> sorted() {
    return List.copyOf(found);
  }
}
