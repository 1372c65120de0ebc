package dev.claw.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** {@code scripts/telegram-server} on the host's loopback, and the people who write there. */
final class TelegramServer implements AutoCloseable {
  /** What BotFather would have given out. */
  static final String TOKEN = "4242:AAH-test-token-of-nobody_0123456789";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PROGRAM =
      Path.of(System.getProperty("claw.scripts", "../scripts"), "telegram-server").toAbsolutePath();
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

  private final RunningCommand running;
  private final String url;

  TelegramServer() {
    running = Command.of(PROGRAM.toString(), "--token", TOKEN).start();
    running.await("the Telegram server's URL", () -> running.out().endsWith("\n"));
    url = running.out().strip();
  }

  String url() {
    return url;
  }

  /** A person with a number. */
  record Person(TelegramServer server, long id, String name) {
    /** Writes to the bot. */
    void write(String text) {
      server.control(
          "message",
          Map.of(
              "user",
              Map.of(
                  "id", id, "first_name", name, "username", name.toLowerCase(Locale.ROOT) + "_t"),
              "text",
              text));
    }

    /** Waits for a message of the bot, as it stands now, and gives it. */
    JsonNode hears(String what, Predicate<String> text) {
      return server.await(
          name + " to hear " + what,
          message ->
              message.at("/chat/id").asLong() == id && text.test(message.path("text").asText()));
    }

    /** The same by words. */
    JsonNode hears(String words) {
      return hears(words, text -> text.contains(words));
    }

    /** Whether a message with these words has come by now. */
    boolean heard(String words) {
      return StreamSupport.stream(server.messages().spliterator(), false)
          .anyMatch(
              message ->
                  message.at("/chat/id").asLong() == id
                      && message.path("text").asText().contains(words));
    }

    /** Writes, and waits for these words in a message that comes after. */
    JsonNode asks(String text, String words) {
      long last = server.lastMessage();
      write(text);
      return server.await(
          name + " to hear " + words + " upon " + text,
          message ->
              message.at("/chat/id").asLong() == id
                  && message.path("message_id").asLong() > last
                  && message.path("text").asText().contains(words));
    }

    void presses(JsonNode message, String button) {
      server.control(
          "press",
          Map.of("user", id, "message_id", message.path("message_id").asLong(), "button", button));
    }
  }

  Person person(long id, String name) {
    return new Person(this, id, name);
  }

  /** All that the bot has sent, as it stands now. */
  JsonNode messages() {
    return control("messages", Map.of());
  }

  /** Number of the last message. */
  long lastMessage() {
    return StreamSupport.stream(messages().spliterator(), false)
        .mapToLong(message -> message.path("message_id").asLong())
        .max()
        .orElse(0);
  }

  /** What was answered to presses of buttons. */
  List<String> answers() {
    return StreamSupport.stream(control("answers", Map.of()).spliterator(), false)
        .map(answer -> answer.path("text").asText())
        .toList();
  }

  JsonNode await(String what, Predicate<JsonNode> message) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      JsonNode messages = messages();
      for (JsonNode one : messages) {
        if (message.test(one)) {
          return one;
        }
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("expected " + what + ", found " + messages.toPrettyString());
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  JsonNode control(String what, Map<String, ?> arguments) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(url + "/control/" + what).toURL().openConnection();
      connection.setDoOutput(true);
      connection.setReadTimeout(30_000);
      try (OutputStream out = connection.getOutputStream()) {
        JSON.writeValue(out, arguments);
      }
      try (InputStream in = connection.getInputStream()) {
        return JSON.readTree(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    running.close();
  }
}
