package dev.claw.access.telegram;

import dev.claw.model.Unseen;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Text on its way into a chat: freed of what could deceive a reader, and cut to size. */
final class ChatText {
  /**
   * What a message may hold, in UTF-16 code units, as entities count them
   * (core.telegram.org/bots/api#sendmessage).
   */
  static final int LONGEST = 4096;

  /** Sequences by which programs colour terminals (ECMA-48 section 5.4). */
  private static final Pattern ESCAPES =
      Pattern.compile(
          "\\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?)");

  private ChatText() {}

  /**
   * Without control characters, and without the invisible ones that turn or hide text; lines stay.
   */
  static String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    ESCAPES
        .matcher(text)
        .replaceAll("")
        .codePoints()
        .forEach(
            c -> {
              if (c == '\n' || c == 0x2028 || c == 0x2029) {
                clean.append('\n');
              } else if (c == '\t') {
                clean.append("    ");
              } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                clean.append('\uFFFD');
              } else if (isSeen(c)) {
                clean.appendCodePoint(c);
              }
            });
    return clean.toString();
  }

  private static boolean isSeen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.UNASSIGNED, Character.PRIVATE_USE -> false;
      case Character.FORMAT -> isPartOfProse(c);
      default -> !Unseen.contains(c) || isPartOfProse(c);
    };
  }

  /**
   * The joiners and the selectors of a form, within emoji and within the scripts that need them;
   * and the empty cell, which is Braille's blank. What waits for a yes has none of them: see {@link
   * Questions}.
   */
  private static boolean isPartOfProse(int c) {
    return switch (c) {
      case 0x200C, 0x200D, 0xFE0E, 0xFE0F, 0x2800 -> true;
      default -> false;
    };
  }

  /** The same on one line, cut where it is longer. */
  static String line(String text, int longest) {
    String line = clean(text).replace('\n', ' ').strip();
    return line.length() <= longest ? line : line.substring(0, cut(line, longest - 1)) + "…";
  }

  /** Pieces of at most so many units, cut at the ends of lines where there are any. */
  static List<String> split(String text, int longest) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    while (text.length() - from > longest) {
      int line = text.lastIndexOf('\n', from + longest);
      if (line > from) {
        pieces.add(text.substring(from, line));
        from = line + 1;
      } else {
        int end = cut(text, from + longest);
        pieces.add(text.substring(from, end));
        from = end;
      }
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  /** The place itself, or the one before where it lies within a pair of surrogates. */
  private static int cut(String text, int place) {
    return Character.isHighSurrogate(text.charAt(place - 1))
            && Character.isLowSurrogate(text.charAt(place))
        ? place - 1
        : place;
  }
}
