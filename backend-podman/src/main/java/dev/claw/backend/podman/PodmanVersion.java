package dev.claw.backend.podman;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Podman's version, from the header {@code Libpod-API-Version}.
 *
 * @param text as Podman gives it, such as {@code 4.9.4-rhel}
 */
record PodmanVersion(int major, int minor, String text) {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})(?:[.+~-][0-9A-Za-z.+~-]{0,60})?");

  static Optional<PodmanVersion> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new PodmanVersion(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), text))
        : Optional.empty();
  }

  boolean isAtLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }

  /** Older ones lack what claw asks for; nobody has tried newer majors. */
  boolean isSupported() {
    return isAtLeast(4, 3) && major < 6;
  }

  @Override
  public String toString() {
    return text;
  }
}
