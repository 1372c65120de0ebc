package dev.claw.access.telegram;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.claw.access.telegram.BotApiException.Kind;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethod;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;

/**
 * Calls of the Bot API, each bounded in time and size, with answers told apart by what to do about
 * them (core.telegram.org/bots/api#making-requests).
 */
final class BotApi implements AutoCloseable {
  /** A hundred updates of text are mostly far below it; one always is. */
  static final int LARGEST_ANSWER = 8 << 20;

  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final int LONGEST_DESCRIPTION = 300;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final BotEndpoint endpoint;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  BotApi(BotEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * Calls a method.
   *
   * @param timeout until the answer has come whole
   * @return its result
   */
  JsonNode call(BotApiMethod<?> method, Duration timeout)
      throws BotApiException, InterruptedException {
    return result(method.getMethod(), exchange(method, timeout));
  }

  private HttpResponse<BoundedBody.Body> exchange(BotApiMethod<?> method, Duration timeout)
      throws BotApiException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException(); // an answer that is there at once would hide it
    }
    HttpRequest request =
        HttpRequest.newBuilder(endpoint.method(method.getMethod()))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body(method)))
            .build();
    CompletableFuture<HttpResponse<BoundedBody.Body>> answer =
        client.sendAsync(request, BoundedBody.of(LARGEST_ANSWER));
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw unreachable(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new BotApiException(
          Kind.UNREACHABLE, endpoint + ": no answer within " + timeout.toSeconds() + " s");
    } finally {
      answer.cancel(true);
    }
  }

  private static byte[] body(BotApiMethod<?> method) throws BotApiException {
    try {
      method.validate();
      return JSON.writeValueAsBytes(method);
    } catch (TelegramApiException | JsonProcessingException e) {
      throw new BotApiException(
          Kind.REFUSED, method.getMethod() + ": can't be sent: " + e.getClass().getSimpleName());
    }
  }

  /** No cause is kept: the address of a call, which exceptions like to name, holds the token. */
  private BotApiException unreachable(Throwable cause) {
    String message = cause.getMessage();
    String name = cause.getClass().getSimpleName();
    return new BotApiException(
        Kind.UNREACHABLE,
        endpoint
            + ": can't be reached: "
            + (message == null ? name : name + ": " + endpoint.clean(message)));
  }

  private JsonNode result(String method, HttpResponse<BoundedBody.Body> response)
      throws BotApiException {
    byte[] body = response.body().bytes();
    if (!response.body().isWhole()) {
      throw BotApiException.tooLarge(
          endpoint
              + ": expected an answer of at most "
              + LARGEST_ANSWER
              + " bytes, found a larger one to "
              + method,
          new String(body, StandardCharsets.UTF_8));
    }
    JsonNode answer;
    try {
      answer = JSON.readTree(body);
    } catch (IOException e) {
      throw garbled(response.statusCode());
    }
    JsonNode ok = answer.path("ok");
    if (!ok.isBoolean()) {
      throw garbled(response.statusCode());
    }
    if (!ok.booleanValue()) {
      throw refusal(method, answer);
    }
    JsonNode result = answer.get("result");
    if (result == null) {
      throw garbled(response.statusCode());
    }
    return result;
  }

  private BotApiException garbled(int status) {
    return new BotApiException(
        status >= 500 ? Kind.SERVER : Kind.GARBLED,
        endpoint
            + ": expected an answer of the Bot API, found something else with HTTP status "
            + status
            + "; perhaps a proxy or a login page stands between");
  }

  private BotApiException refusal(String method, JsonNode answer) {
    int code = answer.path("error_code").asInt(0);
    String description =
        ChatText.line(endpoint.clean(answer.path("description").asText("")), LONGEST_DESCRIPTION);
    long seconds = answer.path("parameters").path("retry_after").asLong(0);
    Kind kind =
        switch (code) {
          case 401, 404 -> Kind.REVOKED;
          case 409 -> Kind.CONFLICT;
          case 429 -> Kind.RATE;
          default -> code >= 500 ? Kind.SERVER : Kind.REFUSED;
        };
    return new BotApiException(
        kind,
        method + ": " + code + " " + description,
        Duration.ofSeconds(Math.clamp(seconds, 0, 86_400)));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
