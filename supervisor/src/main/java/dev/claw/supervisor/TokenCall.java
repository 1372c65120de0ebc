package dev.claw.supervisor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import java.util.List;
import java.util.Optional;

/**
 * The smallest call that shows whether a model answers: one token, or the fewest that its API
 * takes.
 *
 * @param path behind the provider's base URL, as OpenClaw calls it
 * @param body JSON
 */
record TokenCall(String path, byte[] body) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String WORD = "Hi";

  /** The fewest that OpenAI's Responses API takes. */
  private static final int FEWEST_OF_RESPONSES = 16;

  /** Copies the body. */
  TokenCall {
    body = body.clone();
  }

  @Override
  public byte[] body() {
    return body.clone();
  }

  /**
   * The calls to be tried one after the other, as long as the provider does not understand them;
   * none for an API that the broker can't carry.
   *
   * @param api in OpenClaw's words
   */
  static List<TokenCall> of(String api, String model) {
    return switch (api) {
      case "openai-completions" ->
          List.of(
              new TokenCall("/chat/completions", chat(model, "max_tokens")),
              // OpenAI's newer models know the limit by this name only.
              new TokenCall("/chat/completions", chat(model, "max_completion_tokens")));
      case "openai-responses", "azure-openai-responses" ->
          List.of(
              new TokenCall(
                  "/responses",
                  bytes(
                      named(model)
                          .put("input", WORD)
                          .put("max_output_tokens", FEWEST_OF_RESPONSES))));
      case "anthropic-messages" ->
          List.of(new TokenCall("/v1/messages", chat(model, "max_tokens")));
      case "google-generative-ai" ->
          List.of(new TokenCall("/models/" + model + ":generateContent", google()));
      case "ollama" -> List.of(new TokenCall("/api/chat", ollama(model)));
      default -> List.of();
    };
  }

  /** The headers that the API wants beside the key. */
  static Optional<String> header(String api) {
    return api.equals("anthropic-messages")
        ? Optional.of("anthropic-version: 2023-06-01")
        : Optional.empty();
  }

  private static ObjectNode named(String model) {
    return JSON.objectNode().put("model", model);
  }

  private static ObjectNode said(String model) {
    ObjectNode call = named(model);
    call.putArray("messages").addObject().put("role", "user").put("content", WORD);
    return call;
  }

  private static byte[] chat(String model, String limit) {
    return bytes(said(model).put(limit, 1));
  }

  private static byte[] ollama(String model) {
    ObjectNode call = said(model).put("stream", false);
    call.putObject("options").put("num_predict", 1);
    return bytes(call);
  }

  private static byte[] google() {
    ObjectNode call = JSON.objectNode();
    call.putArray("contents")
        .addObject()
        .put("role", "user")
        .putArray("parts")
        .addObject()
        .put("text", WORD);
    call.putObject("generationConfig").put("maxOutputTokens", 1);
    return bytes(call);
  }

  private static byte[] bytes(ObjectNode call) {
    try {
      return CanonicalJson.bytes(call);
    } catch (JsonException e) {
      throw new AssertionError(call.toString(), e); // texts and small numbers can always be written
    }
  }
}
