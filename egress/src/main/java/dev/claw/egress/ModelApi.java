package dev.claw.egress;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The calls of a provider that ask a model, and how a key is shown to it. All other calls that a
 * key would open, such as files, accounts and other people's batches, stay closed.
 */
enum ModelApi {
  OPENAI_COMPLETIONS("/(?:v1/)?chat/completions", "authorization", "Bearer "),
  OPENAI_RESPONSES("/(?:v1/)?responses", "authorization", "Bearer "),
  AZURE_OPENAI_RESPONSES("/(?:v1/|openai/v1/)?responses", "api-key", ""),
  ANTHROPIC_MESSAGES("/(?:v1/)?messages(?:/count_tokens)?", "x-api-key", ""),
  GOOGLE_GENERATIVE_AI(
      "/(?:v1beta/|v1/)?models/([A-Za-z0-9._-]+):(?:generateContent|streamGenerateContent|countTokens)",
      "x-goog-api-key",
      ""),
  OLLAMA("/api/(?:chat|generate)", "authorization", "Bearer ");

  /** What an agent could send to pass for somebody else. */
  private static final List<String> CREDENTIALS =
      List.of(
          "authorization",
          "x-api-key",
          "api-key",
          "x-goog-api-key",
          "cookie",
          "x-goog-user-project");

  private final Pattern call;
  private final String header;
  private final String prefix;

  ModelApi(String call, String header, String prefix) {
    this.call = Pattern.compile(call);
    this.header = header;
    this.prefix = prefix;
  }

  /** By OpenClaw's word for it; empty where the broker can't carry it. */
  static Optional<ModelApi> find(String word) {
    for (ModelApi api : values()) {
      if (api.word().equals(word)) {
        return Optional.of(api);
      }
    }
    return Optional.empty();
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean isCall(String path) {
    return call.matcher(path).matches();
  }

  /** The model where the path names it; empty where the body does. */
  Optional<String> modelInPath(String path) {
    Matcher matcher = call.matcher(path);
    return matcher.matches() && matcher.groupCount() > 0
        ? Optional.of(matcher.group(1))
        : Optional.empty();
  }

  /** Takes away what would pass for a key, also as servers read it that take {@code _} for -. */
  static void stripCredentials(HttpHeaders headers) {
    for (String name : headers.names()) {
      if (CREDENTIALS.contains(name.toLowerCase(Locale.ROOT).replace('_', '-'))) {
        headers.remove(name);
      }
    }
  }

  void showKey(HttpHeaders headers, String key) {
    headers.set(header, prefix + key);
  }
}
