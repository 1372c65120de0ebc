package dev.claw.bootstrap;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line that the recipe's build.sh says to its caller. */
sealed interface BuildMessage {

  record Step(int number, int of, String text) implements BuildMessage {}

  record Problem(String text) implements BuildMessage {}

  record Image(String id, String digest) implements BuildMessage {}

  record Reused(boolean reused) implements BuildMessage {}

  Pattern STEP = Pattern.compile("@step ([1-9][0-9]?)/([1-9][0-9]?) (.+)");
  Pattern IMAGE = Pattern.compile("@image ([0-9a-f]{64}) (sha256:[0-9a-f]{64})");

  /** Empty for a line that is none of the protocol's; whoever reads decides what that means. */
  static Optional<BuildMessage> parse(String line) {
    Matcher step = STEP.matcher(line);
    if (step.matches()) {
      return Optional.of(
          new Step(
              Integer.parseInt(step.group(1)),
              Integer.parseInt(step.group(2)),
              PlainText.of(step.group(3))));
    }
    Matcher image = IMAGE.matcher(line);
    if (image.matches()) {
      return Optional.of(new Image(image.group(1), image.group(2)));
    }
    if (line.startsWith("@error ")) {
      return Optional.of(new Problem(PlainText.of(line.substring("@error ".length()))));
    }
    return switch (line) {
      case "@reused true" -> Optional.of(new Reused(true));
      case "@reused false" -> Optional.of(new Reused(false));
      default -> Optional.empty();
    };
  }
}
