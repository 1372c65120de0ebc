package dev.claw.compiler;

import dev.claw.model.Quoted;
import java.util.Comparator;

/**
 * Something wrong in a file that a person wrote.
 *
 * @param file as messages name it
 * @param line counted from 1; 0 where the problem is with the file as a whole
 * @param column counted from 1; 0 where the problem is with the file as a whole
 * @param message subject, expected, found, next step; fit for a terminal
 */
public record Problem(String file, int line, int column, Severity severity, String message)
    implements Comparable<Problem> {
  private static final Comparator<Problem> ORDER =
      Comparator.comparing(Problem::file)
          .thenComparingInt(Problem::line)
          .thenComparingInt(Problem::column)
          .thenComparing(Problem::severity)
          .thenComparing(Problem::message);

  /** What follows from a problem. */
  public enum Severity {
    /** Nothing is compiled. */
    ERROR,
    /** It compiles, and may not mean what its writer thinks. */
    WARNING
  }

  /** Orders by place in the file. */
  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  /** The line to show: {@code coder.yaml:12:5: unknown key 'alow' in network}. */
  @Override
  public String toString() {
    String place = line == 0 ? "" : ":" + line + ":" + column;
    String kind = severity == Severity.WARNING ? "warning: " : "";
    return Quoted.visible(file) + place + ": " + kind + message;
  }
}
