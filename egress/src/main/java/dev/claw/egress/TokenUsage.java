package dev.claw.egress;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Token counts that a provider's answer tells, read from the bytes as they pass. What is too long
 * or no JSON is passed over: it is not ours to refuse.
 */
final class TokenUsage {
  private static final int LONGEST = 256 * 1024;

  /** The largest integer that every reader of the record takes (RFC 8259, 6). */
  private static final long MOST = (1L << 53) - 1;

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> PARENTS = Set.of("usage", "usageMetadata");

  /** What the names of one list say belongs together; the lists are of different providers. */
  private static final List<List<String>> INPUT =
      List.of(
          List.of("prompt_tokens"),
          List.of("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"),
          List.of("promptTokenCount", "toolUsePromptTokenCount"),
          List.of("prompt_eval_count"));

  private static final List<List<String>> OUTPUT =
      List.of(
          List.of("completion_tokens"),
          List.of("output_tokens"),
          List.of("candidatesTokenCount", "thoughtsTokenCount"),
          List.of("eval_count"));

  private static final Set<String> OUTSIDE = Set.of("prompt_eval_count", "eval_count");
  private static final Set<String> NAMES =
      Stream.of(INPUT, OUTPUT)
          .flatMap(List::stream)
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableSet());

  private final boolean lines;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private boolean tooLong;
  private final Map<String, Long> counts = new HashMap<>();

  /**
   * @param contentType of the answer; a stream is read line by line, all else at its end
   */
  TokenUsage(String contentType) {
    lines = contentType.contains("event-stream") || contentType.contains("ndjson");
  }

  /** Tokens of the request; -1 where nothing was said. */
  long input() {
    return most(INPUT);
  }

  /** Tokens of the answer; -1 where nothing was said. */
  long output() {
    return most(OUTPUT);
  }

  private long most(List<List<String>> lists) {
    long most = -1;
    for (List<String> names : lists) {
      if (names.stream().anyMatch(counts::containsKey)) {
        long sum = names.stream().mapToLong(name -> counts.getOrDefault(name, 0L)).sum();
        most = Math.max(most, Math.min(MOST, sum));
      }
    }
    return most;
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
          count(parents.peek(), parents.size(), name, value(parser));
        }
      }
    } catch (IOException e) {
      // What came before the fault counts.
    }
  }

  private static long value(JsonParser parser) throws IOException {
    BigInteger value = parser.getBigIntegerValue();
    return value.max(BigInteger.ZERO).min(BigInteger.valueOf(MOST)).longValueExact();
  }

  private void count(String parent, int depth, String name, long tokens) {
    boolean told = OUTSIDE.contains(name) ? depth == 1 : PARENTS.contains(parent);
    if (told && NAMES.contains(name)) {
      counts.merge(name, tokens, Math::max);
    }
  }
}
