package dev.claw.compiler;

import java.nio.charset.StandardCharsets;

/**
 * Checks the characters of a YAML text before a parser sees them: what a person can't see, or what
 * two readers take for different lines, does not belong into a policy.
 */
final class YamlText {
  /** Largest text, in bytes of UTF-8. */
  static final int LARGEST = 1 << 20;

  static final String TAB = "a tab indents this line, which YAML does not allow; use spaces";

  private YamlText() {}

  /** Records what is wrong; false where the text must not be parsed. */
  static boolean check(String file, String text, Problems problems) {
    if (text.length() > LARGEST || text.getBytes(StandardCharsets.UTF_8).length > LARGEST) {
      problems.error(new Position(file, 0, 0), "expected at most 1 MiB, found more");
      return false;
    }
    boolean good = true;
    boolean content = false;
    boolean marker = false;
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      good &= checkCharacters(file, number, line, problems);
      if (line.startsWith("\t") && !line.isBlank()) {
        problems.error(new Position(file, number, 1), TAB);
        good = false;
      }
      if (line.startsWith("%")) {
        problems.error(new Position(file, number, 1), "a YAML directive is not allowed; remove it");
        good = false;
      }
      if (isMarker(line)) {
        if (content || marker || line.startsWith("...") || !isOnlyComment(line.substring(3))) {
          problems.error(
              new Position(file, number, 1),
              "expected one YAML document, found '"
                  + line.substring(0, 3)
                  + "'; a file holds one document, and a line --- only stands before it");
          good = false;
        }
        marker = true;
      } else if (!isOnlyComment(line)) {
        content = true;
      }
    }
    return good;
  }

  /** Whether the line starts or ends a YAML document. */
  static boolean isMarker(String line) {
    return (line.startsWith("---") || line.startsWith("..."))
        && (line.length() == 3 || Character.isWhitespace(line.charAt(3)));
  }

  private static boolean isOnlyComment(String line) {
    String text = line.strip();
    return text.isEmpty() || text.startsWith("#");
  }

  private static boolean checkCharacters(String file, int number, String line, Problems problems) {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      boolean lineEnd = c == '\r' && i == line.length() - 1;
      if ((c >= ' ' && c < 0x7f) || c == '\t' || lineEnd) {
        continue;
      }
      int point = line.codePointAt(i);
      if (isRefused(point)) {
        problems.error(
            new Position(file, number, i + 1),
            "character U+%04X is not allowed; remove it".formatted(point));
        return false;
      }
      i += Character.charCount(point) - 1;
    }
    return true;
  }

  private static boolean isRefused(int point) {
    return switch (Character.getType(point)) {
      // Zero-width joiners are part of how some scripts and emoji are written.
      case Character.FORMAT -> point != 0x200c && point != 0x200d;
      case Character.CONTROL,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
