package dev.claw.compiler;

import dev.claw.model.CompiledPolicy;
import java.util.List;

/** What became of a template. */
public sealed interface Compilation {

  /** It compiled. */
  record Compiled(CompiledPolicy policy, List<Problem> warnings) implements Compilation {
    /** Copies the list. */
    public Compiled {
      warnings = List.copyOf(warnings);
    }
  }

  /** It did not; at least one of the problems is an error. */
  record Rejected(List<Problem> problems) implements Compilation {
    /** Copies the list. */
    public Rejected {
      problems = List.copyOf(problems);
    }
  }
}
