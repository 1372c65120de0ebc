package dev.claw.access;

import dev.claw.model.Unseen;
import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * Names that people gave themselves, made fit to stand in a question that somebody decides by. What
 * is left has no control, format or direction characters, is short, and can't pass for the number
 * or the user name behind it.
 */
final class ChatName {
  private static final int LONGEST = 64;
  private static final int LONGEST_READ = 256;

  /** Two on one letter are enough for any script; more climb into the lines above. */
  private static final int MOST_MARKS = 2;

  // https://core.telegram.org/method/account.checkUsername: 5 to 32, the oldest are shorter.
  private static final Pattern USER_NAME = Pattern.compile("[A-Za-z0-9_]{1,32}");

  private ChatName() {}

  static String cleanDisplayName(String name) {
    String cut = name.substring(0, Math.min(name.length(), LONGEST_READ));
    StringBuilder clean = new StringBuilder();
    int marks = 0;
    boolean blank = true;
    int length = 0;
    // NFKC (UAX #15) first: it turns look-alikes, such as full-width brackets, into what they mean.
    for (int point : Normalizer.normalize(cut, Normalizer.Form.NFKC).codePoints().toArray()) {
      boolean mark = isMark(point);
      if (mark && Unseen.contains(point)) {
        continue; // such as the selector behind an emoji
      }
      marks = mark ? marks + 1 : 0;
      if (mark && (marks > MOST_MARKS || length == 0)) {
        continue;
      }
      int shown = shown(point);
      if (shown == ' ' && blank) {
        continue;
      }
      blank = shown == ' ';
      if (++length > LONGEST) {
        break;
      }
      clean.appendCodePoint(shown);
    }
    return clean.toString().strip();
  }

  static String cleanUserName(String name) {
    return USER_NAME.matcher(name).matches() ? name : "";
  }

  private static boolean isMark(int point) {
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          true;
      default -> false;
    };
  }

  /** The character, or a blank or bracket in its place. */
  private static int shown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          ' ';
      // Brackets of all scripts and ornaments look like the round ones around the number.
      case Character.START_PUNCTUATION -> '[';
      case Character.END_PUNCTUATION -> ']';
      case Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION -> '\'';
      default -> point == '@' || Unseen.contains(point) || isPieceOfBracket(point) ? ' ' : point;
    };
  }

  /** Symbols of which mathematicians build tall brackets (Miscellaneous Technical). */
  private static boolean isPieceOfBracket(int point) {
    return (point >= 0x239b && point <= 0x23b3) || (point >= 0x23dc && point <= 0x23e1);
  }
}
