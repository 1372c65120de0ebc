package dev.claw.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * What a program printed and how it ended.
 *
 * @param exitCode 128 and the signal's number where a signal ended it
 */
record CommandResult(List<String> command, int exitCode, String out, String err) {
  CommandResult {
    command = List.copyOf(command);
  }

  /** Standard output as JSON. */
  JsonNode json() {
    try {
      return new ObjectMapper().readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("expected JSON on standard output\n" + this, e);
    }
  }

  @Override
  public String toString() {
    return "$ "
        + String.join(" ", command)
        + "\nexit code "
        + exitCode
        + "\nstdout: "
        + out
        + "\nstderr: "
        + err;
  }
}
