package dev.claw.access.telegram;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** {@code scripts/telegram-server} on the host's loopback, driven as tests wish. */
final class TelegramServer implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String TOKEN = "4242:AAH-test-token-of-nobody_0123456789";
  private static final Path PROGRAM = Path.of("../scripts/telegram-server").toAbsolutePath();

  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;
  private final URI base;

  TelegramServer() {
    process = run("0");
    base = URI.create(line(process));
  }

  private static Process run(String port) {
    try {
      return new ProcessBuilder(PROGRAM.toString(), "--port", port)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String line(Process process) {
    try {
      BufferedReader out = process.inputReader();
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  BotEndpoint endpoint() {
    return new BotEndpoint(base, TOKEN);
  }

  /** The network to it is gone; all it knew is too. */
  void vanish() {
    end();
  }

  /** It is there again, at the same address. */
  void returns() {
    process = run(Integer.toString(base.getPort()));
    line(process);
  }

  JsonNode control(String name, String json) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(base.resolve("/control/" + name))
              .POST(HttpRequest.BodyPublishers.ofString(json))
              .build();
      JsonNode answer = JSON.readTree(http.send(request, BodyHandlers.ofByteArray()).body());
      if (answer.has("error")) {
        throw new AssertionError(answer.toString());
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A person, with a name made of the number, writes to the bot; the update's id. */
  int write(long user, String text) {
    return write(user, text, "{}");
  }

  /** The same with further members of the message. */
  int write(long user, String text, String further) {
    try {
      ObjectNode wanted = (ObjectNode) JSON.readTree(further);
      wanted
          .putObject("user")
          .put("id", user)
          .put("first_name", "User " + user)
          .put("username", "user" + user);
      if (!text.isEmpty()) {
        wanted.put("text", text);
      }
      return control("message", wanted.toString()).path("update_id").asInt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void press(long user, JsonNode message, String button) {
    control(
        "press",
        "{\"user\":%d,\"message_id\":%d,\"button\":\"%s\"}"
            .formatted(user, message.path("message_id").asInt(), button));
  }

  /** The messages that this person has from the bot, as they stand now. */
  List<JsonNode> messages(long chat) {
    List<JsonNode> messages = new ArrayList<>();
    control("messages", "{}")
        .forEach(
            message -> {
              if (message.path("chat").path("id").asLong() == chat) {
                messages.add(message);
              }
            });
    return messages;
  }

  List<String> texts(long chat) {
    return messages(chat).stream().map(message -> message.path("text").asText()).toList();
  }

  /** Waits for a message whose text holds these words. */
  JsonNode await(long chat, String words) {
    return await(chat, message -> message.path("text").asText().contains(words), words);
  }

  JsonNode await(long chat, Predicate<JsonNode> which, String what) {
    List<JsonNode> found = new ArrayList<>();
    Waiting.until(
        () -> what + " in " + texts(chat),
        () -> {
          found.clear();
          messages(chat).stream().filter(which).forEach(found::add);
          return !found.isEmpty();
        });
    return found.getFirst();
  }

  List<JsonNode> calls(String method) {
    List<JsonNode> calls = new ArrayList<>();
    control("calls", "{}")
        .forEach(
            call -> {
              if (call.path("method").asText().equals(method)) {
                calls.add(call.path("parameters"));
              }
            });
    return calls;
  }

  List<String> answers() {
    List<String> answers = new ArrayList<>();
    control("answers", "{}").forEach(answer -> answers.add(answer.path("text").asText()));
    return answers;
  }

  JsonNode state() {
    return control("state", "{}");
  }

  /** Waits until the bot asks for what is next: what came before is on disk. */
  void awaitConfirmed() {
    Waiting.until(
        () -> "confirmed: " + state(),
        () -> state().path("pending").isEmpty() && state().path("polling").asBoolean());
  }

  private void end() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    http.close();
    end();
  }
}
