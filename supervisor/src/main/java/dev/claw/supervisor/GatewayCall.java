package dev.claw.supervisor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * One turn as a program inside the container asks the gateway for it, over OpenAI's API. Token and
 * message go in on standard input, so that they stand on no command line.
 */
record GatewayCall(String token, String session, String message) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String URL = "http://127.0.0.1:18789/v1/chat/completions";

  /** {@code curl}'s status where the time was over. */
  static final int TIMED_OUT = 28;

  /** {@code curl}'s status where nobody accepted the connection. */
  static final int NOT_CONNECTED = 7;

  /** The program; when it ends, so does the turn. */
  static List<String> command(Duration timeout) {
    return List.of(
        "/usr/bin/curl",
        "-q", // no file of the agent's is read
        "--silent",
        "--show-error",
        "--no-buffer",
        "--noproxy",
        "*",
        "--max-time",
        Long.toString(timeout.toSeconds()),
        "--config",
        "-");
  }

  byte[] input() {
    return String.join(
            "\n",
            "url = " + quoted(URL),
            "header = " + quoted("Authorization: Bearer " + token),
            "header = " + quoted("Content-Type: application/json"),
            "data-binary = " + quoted(body()),
            "")
        .getBytes(StandardCharsets.UTF_8);
  }

  private String body() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("model", "openclaw");
      json.writeBooleanField("stream", true);
      json.writeObjectFieldStart("stream_options");
      json.writeBooleanField("include_usage", true);
      json.writeEndObject();
      json.writeStringField("user", session);
      json.writeArrayFieldStart("messages");
      json.writeStartObject();
      json.writeStringField("role", "user");
      json.writeStringField("content", message);
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a StringWriter does not fail", e);
    }
    return text.toString();
  }

  /** As curl's configuration quotes; JSON has no control characters that would need more. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
