package dev.claw.supervisor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.lock.JsonException;
import dev.claw.lock.StrictJson;
import dev.claw.model.OutputSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads what a gateway answers to a chat completion: server-sent events as OpenAI's API defines
 * them, or one JSON object with an error. All of it is untrusted, and bounded here.
 */
final class AnswerStream implements OutputSink {
  static final int LONGEST_LINE = 1 << 20;
  static final int LONGEST_ANSWER = 16 << 20;
  private static final int LONGEST_NOTE = 4096;
  private static final String DATA = "data:";

  private final Consumer<String> deltas;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final StringBuilder text = new StringBuilder();
  private String failure = "";
  private boolean complete;
  private long inputTokens = -1;
  private long outputTokens = -1;

  /**
   * @param deltas gets each piece of the answer as it comes
   */
  AnswerStream(Consumer<String> deltas) {
    this.deltas = deltas;
  }

  @Override
  public boolean accept(boolean error, byte[] bytes, int length) {
    if (error) {
      errors.write(bytes, 0, Math.min(length, LONGEST_NOTE - errors.size()));
      return true;
    }
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, start, i - start);
        start = i + 1;
        endLine();
      }
    }
    line.write(bytes, start, length - start);
    if (line.size() > LONGEST_LINE) {
      failure = "its gateway sent a line of more than " + LONGEST_LINE + " bytes";
    } else if (text.length() > LONGEST_ANSWER) {
      failure = "its answer is longer than " + LONGEST_ANSWER + " characters";
    }
    return failure.isEmpty();
  }

  /** To be called when nothing more comes: an error body ends without a line feed. */
  void end() {
    endLine();
  }

  private void endLine() {
    String content = line.toString(StandardCharsets.UTF_8).strip();
    line.reset();
    if (content.isEmpty() || content.startsWith(":") || !failure.isEmpty()) {
      return;
    }
    String data = content.startsWith(DATA) ? content.substring(DATA.length()).strip() : content;
    if (data.equals("[DONE]")) {
      complete = true;
      return;
    }
    try {
      read(StrictJson.parse(data.getBytes(StandardCharsets.UTF_8), LONGEST_LINE));
    } catch (JsonException e) {
      failure = "its gateway sent what is no chat completion";
    }
  }

  private void read(JsonNode event) {
    if (event.has("error")) {
      JsonNode message = event.path("error").path("message");
      failure = cut(message.isTextual() ? message.textValue() : "an error without a message");
      return;
    }
    JsonNode delta = event.path("choices").path(0).path("delta").path("content");
    if (delta.isTextual() && !delta.textValue().isEmpty()) {
      text.append(delta.textValue());
      deltas.accept(delta.textValue());
    }
    JsonNode usage = event.path("usage");
    if (usage.isObject()) {
      inputTokens = usage.path("prompt_tokens").asLong(-1);
      outputTokens = usage.path("completion_tokens").asLong(-1);
    }
  }

  private static String cut(String message) {
    return message.length() <= LONGEST_NOTE ? message : message.substring(0, LONGEST_NOTE) + "…";
  }

  /** What went wrong, in words that may be the agent's; empty where nothing did. */
  String failure() {
    return failure;
  }

  /** Whether the gateway said that this was all. */
  boolean isComplete() {
    return complete;
  }

  String text() {
    return text.toString();
  }

  /** The program's own words on standard error. */
  String errors() {
    return errors.toString(StandardCharsets.UTF_8).strip();
  }

  /** -1 where nobody said. */
  long inputTokens() {
    return inputTokens;
  }

  /** -1 where nobody said. */
  long outputTokens() {
    return outputTokens;
  }
}
