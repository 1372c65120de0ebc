package dev.claw.cli;

import dev.claw.model.Quoted;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A moment as people type it. */
final class When {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhd])");

  private When() {}

  /**
   * A duration before now such as {@code 90s}, {@code 10m}, {@code 2h}, {@code 3d}, or an RFC 3339
   * time.
   */
  static Instant parse(String text, Clock clock) throws CliException {
    Matcher matcher = DURATION.matcher(text);
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration before =
          switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      return clock.instant().minus(before);
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new CliException(
          ExitCode.USAGE,
          "expected a duration such as 10m, 2h, 3d or a time such as 2026-11-21T10:00:00Z, found "
              + Quoted.of(text),
          e);
    }
  }
}
