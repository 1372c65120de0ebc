package dev.claw.access.telegram;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.claw.access.ChatUser;
import dev.claw.access.telegram.BotApiException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.telegram.telegrambots.meta.api.objects.CallbackQuery;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.User;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/**
 * Reads updates one by one: a single one that the library can't read, such as of a kind that is
 * newer than it, must not keep back all that come after it.
 */
final class UpdateReader {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** RFC 6901. */
  private static final String FIRST_ID = "/result/0/update_id";

  private UpdateReader() {}

  /**
   * Reads the result of {@code getUpdates}.
   *
   * @return in the order of their ids
   * @throws BotApiException where it is none
   */
  static List<Incoming> read(JsonNode result) throws BotApiException {
    if (!result.isArray()) {
      throw new BotApiException(Kind.GARBLED, "getUpdates: expected a list, found something else");
    }
    List<Incoming> read = new ArrayList<>();
    for (JsonNode update : result) {
      JsonNode id = update.path("update_id");
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw new BotApiException(
            Kind.GARBLED, "getUpdates: expected a number as update_id, found something else");
      }
      read.add(incoming(id.intValue(), update));
    }
    read.sort((a, b) -> Long.compare(a.updateId(), b.updateId()));
    return read;
  }

  /** The id of the first update of an answer of which only the beginning came. */
  static OptionalInt firstId(String beginning) {
    try (JsonParser json = JSON.createParser(beginning)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME && json.currentName().equals("update_id")) {
          return json.nextToken() == JsonToken.VALUE_NUMBER_INT
                  && json.getParsingContext().pathAsPointer().toString().equals(FIRST_ID)
                  && json.getIntValue() >= 0
                  // all of its digits came
                  && json.currentTokenLocation().getCharOffset() + json.getTextLength()
                      < beginning.length()
              ? OptionalInt.of(json.getIntValue())
              : OptionalInt.empty();
        }
      }
    } catch (IOException e) {
      // It is cut somewhere, before the id or within it.
    }
    return OptionalInt.empty();
  }

  private static Incoming incoming(long id, JsonNode json) {
    Update update;
    try {
      update = JSON.treeToValue(json, Update.class);
    } catch (JsonProcessingException | RuntimeException e) {
      return new Incoming.Ignored(id);
    }
    if (update.getMessage() != null) {
      return message(id, update.getMessage());
    }
    return update.getCallbackQuery() == null
        ? new Incoming.Ignored(id)
        : press(id, update.getCallbackQuery());
  }

  private static Incoming message(long id, Message message) {
    if (message.getChat() == null
        || message.getChat().getId() == null
        || message.getChat().getType() == null) {
      return new Incoming.Ignored(id);
    }
    long chat = message.getChat().getId();
    if (!message.getChat().getType().equals("private")) {
      return message.getChat().getType().equals("channel")
          ? new Incoming.Ignored(id)
          : new Incoming.Group(id, chat);
    }
    ChatUser from = person(message.getFrom());
    // In a chat with one person the chat has the person's number.
    if (from == null || from.id() != chat || message.getSenderChat() != null) {
      return new Incoming.Ignored(id);
    }
    if (message.getForwardOrigin() != null
        || message.getForwardDate() != null
        || message.getViaBot() != null) {
      return new Incoming.Unsuitable(id, from, chat, Incoming.Unsuitable.Kind.FORWARDED);
    }
    return message.getText() == null
        ? new Incoming.Unsuitable(id, from, chat, Incoming.Unsuitable.Kind.NO_TEXT)
        : new Incoming.Text(id, from, chat, message.getText());
  }

  private static Incoming press(long id, CallbackQuery query) {
    ChatUser from = person(query.getFrom());
    if (from == null || query.getId() == null) {
      return new Incoming.Ignored(id);
    }
    Long chat =
        query.getMessage() == null || query.getMessage().getChat() == null
            ? null
            : query.getMessage().getChat().getId();
    return new Incoming.Press(
        id,
        from,
        chat == null ? 0 : chat,
        query.getId(),
        query.getData() == null ? "" : query.getData());
  }

  private static @Nullable ChatUser person(@Nullable User user) {
    if (user == null
        || user.getId() == null
        || user.getId() <= 0
        || Boolean.TRUE.equals(user.getIsBot())) {
      return null;
    }
    String first = user.getFirstName() == null ? "" : user.getFirstName();
    String last = user.getLastName() == null ? "" : " " + user.getLastName();
    return new ChatUser(
        user.getId(), first + last, user.getUserName() == null ? "" : user.getUserName());
  }
}
