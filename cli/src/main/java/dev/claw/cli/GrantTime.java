package dev.claw.cli;

import dev.claw.model.Quoted;
import dev.claw.supervisor.Grants;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** For how long something is granted, as people type it. */
final class GrantTime {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})([smhd])");

  private GrantTime() {}

  static Duration parse(String text) throws CliException {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration time =
          switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      if (time.compareTo(Grants.SHORTEST) >= 0 && time.compareTo(Grants.LONGEST) <= 0) {
        return time;
      }
    }
    throw new CliException(
        ExitCode.USAGE,
        "--for: expected a time from 30s to 30d such as 30m, 2h or 7d, found "
            + Quoted.of(text)
            + "; what is to stay belongs into the template");
  }
}
