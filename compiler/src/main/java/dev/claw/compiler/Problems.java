package dev.claw.compiler;

import dev.claw.compiler.Problem.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Gathers all problems, so that a person sees them in one go. Not safe for several threads. */
public final class Problems {
  private static final int SHOWN = 100;

  private final TreeSet<Problem> found = new TreeSet<>();

  /** Records an error at a place. */
  public void error(Position at, String message) {
    add(at, Severity.ERROR, message);
  }

  /** Records a warning at a place. */
  public void warning(Position at, String message) {
    add(at, Severity.WARNING, message);
  }

  int size() {
    return found.size();
  }

  void addAll(List<Problem> problems) {
    found.addAll(problems);
  }

  private void add(Position at, Severity severity, String message) {
    found.add(new Problem(at.file(), at.line(), at.column(), severity, message));
  }

  /** Whether there is an error among them. */
  public boolean hasErrors() {
    return found.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
  }

  /** All of them in order of place; after the hundredth one line says how many more there are. */
  public List<Problem> sorted() {
    List<Problem> shown = new ArrayList<>(found.stream().limit(SHOWN).toList());
    if (found.size() > SHOWN) {
      Problem last = shown.getLast();
      // A cut list that shows only warnings must still say that nothing was compiled.
      Severity severity = hasErrors() ? Severity.ERROR : Severity.WARNING;
      shown.add(
          new Problem(
              last.file(), 0, 0, severity, "and " + (found.size() - SHOWN) + " more problems"));
    }
    return List.copyOf(shown);
  }
}
