package dev.claw.supervisor.resident;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.BotStatus;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** How the bot fares, as the control socket has it. */
final class BotJson {
  static final String[] FIELDS = {"state", "user", "since", "sentence"};

  private BotJson() {}

  static ObjectNode of(BotStatus bot) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("state", bot.state().name().toLowerCase(Locale.ROOT));
    bot.user().ifPresent(user -> node.put("user", user));
    bot.since().ifPresent(since -> node.put("since", since.toString()));
    return node.put("sentence", bot.sentence());
  }

  static BotStatus read(JsonFields fields) throws JsonException {
    return new BotStatus(
        fields.word("state", BotStatus.State.class),
        fields.has("user") ? Optional.of(fields.text("user")) : Optional.empty(),
        fields.has("since")
            ? Optional.of(fields.value("since", BotJson::instant))
            : Optional.empty(),
        fields.text("sentence"));
  }

  static Instant instant(String text) throws InvalidValueException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new InvalidValueException("expected a time, found " + text);
    }
  }
}
