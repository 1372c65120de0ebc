package dev.claw.egress;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Token counts that a provider's answer tells, read from the bytes as they pass. What is too long
 * or no JSON is passed over: it is not ours to refuse.
 */
final class TokenUsage {
  private static final int LONGEST = 1024 * 1024;
  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> PARENTS = Set.of("usage", "usageMetadata");
  private static final Set<String> INPUT =
      Set.of("prompt_tokens", "input_tokens", "promptTokenCount");
  private static final Set<String> OUTPUT =
      Set.of("completion_tokens", "output_tokens", "candidatesTokenCount");

  private final boolean lines;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private boolean tooLong;
  private long input = -1;
  private long output = -1;

  /**
   * @param contentType of the answer; a stream is read line by line, all else at its end
   */
  TokenUsage(String contentType) {
    lines = contentType.contains("event-stream") || contentType.contains("ndjson");
  }

  /** Tokens of the request; -1 where nothing was said. */
  long input() {
    return input;
  }

  /** Tokens of the answer; -1 where nothing was said. */
  long output() {
    return output;
  }

  void feed(byte[] bytes) {
    int start = 0;
    if (lines) {
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          append(bytes, start, i);
          look();
          start = i + 1;
        }
      }
    }
    append(bytes, start, bytes.length);
  }

  void end() {
    look();
  }

  private void append(byte[] bytes, int start, int end) {
    if (pending.size() + end - start > LONGEST) {
      tooLong = true;
      pending.reset();
    } else if (!tooLong) {
      pending.write(bytes, start, end - start);
    }
  }

  private void look() {
    if (!tooLong && pending.size() > 0) {
      String text = pending.toString(StandardCharsets.UTF_8);
      if (text.contains("usage") || text.contains("eval_count")) {
        parse(text.startsWith("data:") ? text.substring(5) : text);
      }
    }
    tooLong = false;
    pending.reset();
  }

  private void parse(String text) {
    Deque<String> parents = new ArrayDeque<>();
    String name = "";
    try (JsonParser parser = JSON.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart()) {
          parents.push(name);
          name = "";
        } else if (token.isStructEnd()) {
          parents.pop();
        } else if (token == JsonToken.FIELD_NAME) {
          name = parser.currentName();
        } else if (token == JsonToken.VALUE_NUMBER_INT && !parents.isEmpty()) {
          count(parents.peek(), parents.size(), name, Math.max(0, parser.getLongValue()));
        }
      }
    } catch (IOException e) {
      // What came before the fault counts.
    }
  }

  private void count(String parent, int depth, String name, long tokens) {
    boolean usage = PARENTS.contains(parent);
    if ((usage && INPUT.contains(name)) || (depth == 1 && name.equals("prompt_eval_count"))) {
      input = Math.max(input, tokens);
    } else if ((usage && OUTPUT.contains(name)) || (depth == 1 && name.equals("eval_count"))) {
      output = Math.max(output, tokens);
    }
  }
}
