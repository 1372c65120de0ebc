package dev.claw.model;

/** Text from outside, made fit to be shown on a terminal or in an error. */
public final class Quoted {
  private static final int LONGEST = 80;

  private Quoted() {}

  /**
   * The text in single quotes, cut after 80 characters, with all that {@link #visible} makes
   * visible.
   */
  public static String of(String text) {
    return "'" + visible(shortened(text, LONGEST)) + "'";
  }

  /** The text, cut with an ellipsis where it is longer, never within a pair of surrogates. */
  public static String shortened(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return text.substring(0, end) + "…";
  }

  /**
   * The text with every control, format, surrogate, private-use and unassigned character, and every
   * other {@link Unseen} one, as {@code \\uXXXX}, so that it can neither move a cursor, start an
   * escape sequence, reverse the direction of what follows nor look like another text than it is.
   * Line feed and tab are controls here too.
   */
  public static String visible(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (isSeen(point)) {
                out.appendCodePoint(point);
              } else {
                out.append(
                    point > 0xffff ? "\\u{%x}".formatted(point) : "\\u%04x".formatted(point));
              }
            });
    return out.toString();
  }

  private static boolean isSeen(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> !Unseen.contains(point);
    };
  }
}
