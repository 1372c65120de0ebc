package dev.claw.supervisor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.PrivateFile;
import dev.claw.lock.StrictJson;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A file in {@code secrets/provider/}: one secret, or where it comes from.
 *
 * @param set when
 */
record SecretFile(SecretSource source, Instant set) {
  private static final int LARGEST = 512 * 1024;
  private static final int MOST_WORDS = 64;
  private static final int LONGEST_COMMAND = 8 * 1024;

  /**
   * What stands in the file of the secret with this name; empty where there is none.
   *
   * @throws SupervisorException where it is not as claw writes it; never with what it holds
   */
  static Optional<SecretFile> read(Path file, String name) throws SupervisorException {
    try {
      JsonFields fields =
          JsonFields.of(
              StrictJson.parse(PrivateFile.read(file, LARGEST), LARGEST),
              "",
              "set",
              "value",
              "environment",
              "command");
      Instant set = Instant.ofEpochMilli(fields.integer("set", 0, CanonicalJson.LARGEST));
      SecretSource source =
          fields.has("value")
              ? new SecretSource.Value(SecretText.value(fields.text("value")))
              : fields.has("environment")
                  ? new SecretSource.Environment(SecretText.variable(fields.text("environment")))
                  : new SecretSource.Command(fields.texts("command"));
      check(source);
      return Optional.of(new SecretFile(source, set));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, "secret " + name + ": " + String.valueOf(e.getMessage()), e);
    } catch (JsonException | InvalidValueException e) {
      // Without the message: what it found may be the secret.
      throw new SupervisorException(
          Reason.STATE,
          "secret "
              + name
              + ": "
              + file
              + " is not as claw writes it; set the secret again with 'claw secret set "
              + name
              + "'");
    }
  }

  /** As it is written. */
  String text() throws SupervisorException {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("set", set.toEpochMilli());
    switch (source) {
      case SecretSource.Value(String value) -> node.put("value", value);
      case SecretSource.Environment(String variable) -> node.put("environment", variable);
      case SecretSource.Command(List<String> words) -> {
        ArrayNode array = node.putArray("command");
        words.forEach(array::add);
      }
    }
    try {
      return CanonicalJson.text(node) + "\n";
    } catch (JsonException e) {
      throw new SupervisorException(
          Reason.REFUSED, "secret: expected well-formed Unicode, found something else");
    }
  }

  /** Whether it is one that can be kept. */
  static void check(SecretSource source) throws InvalidValueException {
    switch (source) {
      case SecretSource.Value(String value) -> SecretText.value(value);
      case SecretSource.Environment(String variable) -> SecretText.variable(variable);
      case SecretSource.Command(List<String> words) -> {
        boolean whole =
            !words.isEmpty()
                && !words.getFirst().isEmpty()
                && words.size() <= MOST_WORDS
                && words.stream().mapToInt(String::length).sum() <= LONGEST_COMMAND
                && words.stream().noneMatch(word -> word.indexOf('\0') >= 0);
        if (!whole) {
          throw new InvalidValueException(
              "expected a command of 1 to " + MOST_WORDS + " words, found none such");
        }
      }
    }
  }
}
