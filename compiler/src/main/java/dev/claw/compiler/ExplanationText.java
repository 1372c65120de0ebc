package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Line;
import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.compiler.PolicyExplanation.Status;

/** Writes an explanation for people. */
final class ExplanationText {
  private static final int WIDTH = 96;
  private static final String INDENT = " ".repeat(12);

  private ExplanationText() {}

  static String of(PolicyExplanation explanation) {
    StringBuilder out = new StringBuilder();
    for (Section section : Section.values()) {
      boolean first = true;
      for (Line line : explanation.lines()) {
        if (line.section() == section) {
          if (first) {
            out.append(out.isEmpty() ? "" : "\n")
                .append("The agent ")
                .append(section.words())
                .append('\n');
            first = false;
          }
          append(out, line);
        }
      }
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Line line) {
    StringBuilder row = new StringBuilder("  %-10s".formatted(line.enforcer().word()));
    String text =
        line.status() == Status.ENFORCED ? line.text() : line.status().words() + ": " + line.text();
    boolean empty = true;
    for (String word : text.split(" ", -1)) {
      if (!empty && row.length() + 1 + word.length() > WIDTH) {
        out.append(row).append('\n');
        row = new StringBuilder(INDENT);
        empty = true;
      }
      row.append(empty ? "" : " ").append(word);
      empty = false;
    }
    out.append(row).append('\n');
  }
}
