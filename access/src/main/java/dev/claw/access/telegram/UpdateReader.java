package dev.claw.access.telegram;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.claw.access.ChatUser;
import dev.claw.access.telegram.BotApiException.Kind;
import java.util.ArrayList;
import java.util.List;
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
