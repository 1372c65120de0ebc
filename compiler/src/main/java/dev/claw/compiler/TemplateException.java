package dev.claw.compiler;

import java.util.List;
import java.util.stream.Collectors;

/** A template could not be read. */
public final class TemplateException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * @param problems what is wrong; never empty
   */
  public TemplateException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, in order of place. */
  public List<Problem> problems() {
    return problems;
  }
}
