package dev.claw.model;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written with the binary units of IEC 80000-13: {@code 512MiB}, {@code 2GiB}.
 */
public record ByteSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,15})([A-Za-z]*)");
  private static final Map<String, Integer> SHIFT =
      Map.of("", 0, "B", 0, "KiB", 10, "MiB", 20, "GiB", 30, "TiB", 40);

  /** Accepts zero and more. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException(Long.toString(bytes));
    }
  }

  /**
   * Reads a size. Decimal units are refused, not guessed at: {@code 2GB} is 2,000,000,000 to some
   * and 2 GiB to others.
   *
   * @throws InvalidValueException if the text is not a whole number with one of B, KiB, MiB, GiB,
   *     TiB
   */
  public static ByteSize parse(String text) throws InvalidValueException {
    Matcher matcher = FORM.matcher(text);
    Integer shift = matcher.matches() ? SHIFT.get(matcher.group(2)) : null;
    if (shift == null) {
      throw new InvalidValueException(
          "expected a whole number with one of B, KiB, MiB, GiB, TiB, such as 2GiB, found "
              + Quoted.of(text));
    }
    long number = Long.parseLong(matcher.group(1));
    if (number > Long.MAX_VALUE >> shift) {
      throw new InvalidValueException("expected less than 8 EiB, found " + Quoted.of(text));
    }
    return new ByteSize(number << shift);
  }

  /** The size with the largest unit that divides it, as {@link #parse} reads it. */
  @Override
  public String toString() {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    long left = bytes;
    while (left != 0 && left % 1024 == 0 && unit < units.length - 1) {
      left /= 1024;
      unit++;
    }
    return left + units[unit];
  }
}
