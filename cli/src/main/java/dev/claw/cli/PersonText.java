package dev.claw.cli;

import dev.claw.access.ChatUser;
import dev.claw.model.Quoted;
import java.util.regex.Pattern;

/** A person's number in the chat's service, as people type it. */
final class PersonText {
  static final String MEANING =
      "The person's number, as 'claw access list' and /whoami in the chat show it.";

  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,15}");

  private PersonText() {}

  /**
   * @param subject what it stands behind
   */
  static long parse(String subject, String text) throws CliException {
    if (NUMBER.matcher(text).matches() && ChatUser.isId(Long.parseLong(text))) {
      return Long.parseLong(text);
    }
    throw new CliException(
        ExitCode.USAGE,
        subject + ": expected the number of a person such as 4711, found " + Quoted.of(text));
  }
}
