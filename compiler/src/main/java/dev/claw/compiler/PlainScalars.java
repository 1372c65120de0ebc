package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a value without quotes is taken for. YAML 1.1 and 1.2 disagree on {@code yes}, {@code 0777},
 * {@code 22:22} and {@code 1_000}; where the type matters those are refused and not guessed at.
 */
final class PlainScalars {
  private static final Pattern BOOLEAN = Pattern.compile("(?i:true|false)");
  private static final Pattern SURPRISING_BOOLEAN = Pattern.compile("(?i:yes|no|on|off|y|n)");
  private static final Pattern WHOLE = Pattern.compile("-?(?:0|[1-9][0-9]*)");
  private static final Pattern FRACTION = Pattern.compile("-?(?:0|[1-9][0-9]*)\\.[0-9]+");
  private static final Pattern EXPONENT =
      Pattern.compile("[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)[eE][-+]?[0-9]+");
  private static final Pattern SEXAGESIMAL =
      Pattern.compile("[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?");
  private static final Pattern SURPRISING_NUMBER =
      Pattern.compile(
          "[-+]?(?:0[0-9_]+|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9][0-9_]*"
              + "|[0-9][0-9_]*\\.[0-9_]*|\\.[0-9][0-9_]*)|[-+]?(?i:\\.inf|\\.nan)");

  private PlainScalars() {}

  /** What YAML takes a value for that is not text; empty where it is text. */
  static Optional<String> notText(Scalar scalar) {
    if (!scalar.plain()) {
      return Optional.empty();
    }
    if (BOOLEAN.matcher(scalar.text()).matches()) {
      return Optional.of("a boolean to YAML");
    }
    if (WHOLE.matcher(scalar.text()).matches() || FRACTION.matcher(scalar.text()).matches()) {
      return Optional.of("a number to YAML");
    }
    return surprise(scalar);
  }

  /** What some YAML readers take a value for and others do not; empty where they agree. */
  static Optional<String> surprise(Scalar scalar) {
    String text = scalar.text();
    if (!scalar.plain()
        || BOOLEAN.matcher(text).matches()
        || WHOLE.matcher(text).matches()
        || FRACTION.matcher(text).matches()) {
      return Optional.empty();
    }
    if (SURPRISING_BOOLEAN.matcher(text).matches()) {
      return Optional.of("a boolean to some readers");
    }
    if (SEXAGESIMAL.matcher(text).matches()) {
      return Optional.of("a number to the base 60 to some readers");
    }
    if (SURPRISING_NUMBER.matcher(text).matches() || EXPONENT.matcher(text).matches()) {
      return Optional.of("a number to some readers");
    }
    return Optional.empty();
  }

  static boolean isBoolean(Scalar scalar) {
    return scalar.plain() && scalar.text().matches("true|false");
  }

  static boolean isWhole(Scalar scalar) {
    return scalar.plain() && WHOLE.matcher(scalar.text()).matches();
  }

  static boolean isFraction(Scalar scalar) {
    return scalar.plain() && FRACTION.matcher(scalar.text()).matches();
  }

  /**
   * A whole number.
   *
   * @throws InvalidValueException where it is none, or out of bounds
   */
  static long whole(Scalar scalar, long least, long most) throws InvalidValueException {
    String text = scalar.text();
    String expected = "expected a whole number from " + least + " to " + most + ", found ";
    if (!scalar.plain() && WHOLE.matcher(text).matches()) {
      throw new InvalidValueException(
          expected + "the text " + Quoted.of(text) + "; remove the quotes");
    }
    if (!isWhole(scalar)) {
      throw new InvalidValueException(expected + scalar.described() + advice(text));
    }
    // Nineteen digits can be more than a long holds.
    if (text.length() > 18 || Long.parseLong(text) < least || Long.parseLong(text) > most) {
      throw new InvalidValueException(expected + Quoted.of(text));
    }
    return Long.parseLong(text);
  }

  private static String advice(String text) {
    if (text.matches("0[0-9]+")) {
      return ", which is octal to some readers; write it without the leading 0";
    }
    if (text.matches("[0-9]+(_[0-9]+)+")) {
      return "; write " + text.replace("_", "");
    }
    if (SEXAGESIMAL.matcher(text).matches()) {
      return ", which is a number to the base 60 to some readers; write separate numbers";
    }
    return "";
  }
}
