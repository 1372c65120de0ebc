package dev.claw.access.telegram;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.access.telegram.BotApiException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.telegram.telegrambots.meta.api.methods.AnswerCallbackQuery;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethod;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.methods.updatingmessages.EditMessageText;
import org.telegram.telegrambots.meta.api.objects.LinkPreviewOptions;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.InlineKeyboardMarkup;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardButton;
import org.telegram.telegrambots.meta.api.objects.replykeyboard.buttons.InlineKeyboardRow;

/**
 * Sends and changes messages, again after a while where the network or the service fails. What is
 * sent twice because an answer got lost is a message, never an act.
 */
final class Outbox {
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
  private static final int TRIES = 6;
  private static final int LONGEST_NOTE = 200;

  private final BotApi api;
  private final BackOff backOff;
  private final Pause pause;
  private final Consumer<String> log;

  Outbox(BotApi api, BackOff backOff, Pause pause, Consumer<String> log) {
    this.api = api;
    this.backOff = backOff;
    this.pause = pause;
    this.log = log;
  }

  /**
   * A button under a message.
   *
   * @param data at most 64 bytes (core.telegram.org/bots/api#inlinekeyboardbutton)
   */
  record Button(String label, String data) {}

  /**
   * Whether something may still be sent, asked before each try: between two tries may lie minutes.
   */
  @FunctionalInterface
  interface Right<E extends Exception> {
    boolean holds() throws E;
  }

  /** Sends; the number of the message, or nothing where it could not, or may not, be sent. */
  <E extends Exception> OptionalInt send(
      long chat, ChatMessage message, List<Button> buttons, Right<E> right)
      throws E, InterruptedException {
    SendMessage send = new SendMessage(Long.toString(chat), message.text());
    send.setEntities(message.entities());
    send.setLinkPreviewOptions(noPreview());
    if (!buttons.isEmpty()) {
      send.setReplyMarkup(keyboard(buttons));
    }
    Optional<JsonNode> sent = attempt(send, right);
    return sent.isPresent() && sent.get().path("message_id").isInt()
        ? OptionalInt.of(sent.get().path("message_id").intValue())
        : OptionalInt.empty();
  }

  /** Sends, whatever becomes of the person's rights meanwhile. */
  OptionalInt send(long chat, ChatMessage message, List<Button> buttons)
      throws InterruptedException {
    return send(chat, message, buttons, () -> true);
  }

  /** Sends without buttons. */
  OptionalInt send(long chat, ChatMessage message) throws InterruptedException {
    return send(chat, message, List.of());
  }

  /** Sends claw's own words. */
  OptionalInt say(long chat, String words) throws InterruptedException {
    return send(chat, ChatMessage.of(words));
  }

  /** Sends words of others in as many messages as it takes. */
  void quote(long chat, String head, String block) throws InterruptedException {
    for (ChatMessage page : ChatMessage.pages(head, block)) {
      send(chat, page);
    }
  }

  /** Replaces a message, and takes its buttons away. */
  void edit(long chat, int message, ChatMessage now) throws InterruptedException {
    edit(chat, message, now, () -> true);
  }

  /** The same for as long as it may be. */
  <E extends Exception> void edit(long chat, int message, ChatMessage now, Right<E> right)
      throws E, InterruptedException {
    attempt(
        EditMessageText.builder()
            .chatId(Long.toString(chat))
            .messageId(message)
            .text(now.text())
            .entities(now.entities())
            .linkPreviewOptions(noPreview())
            .build(),
        right);
  }

  /** Answers the press of a button with a note that passes. */
  void answer(String query, String note) throws InterruptedException {
    AnswerCallbackQuery answer = new AnswerCallbackQuery(query);
    answer.setText(ChatText.line(note, LONGEST_NOTE));
    attempt(answer, () -> true);
  }

  private static LinkPreviewOptions noPreview() {
    return LinkPreviewOptions.builder().isDisabled(true).build();
  }

  private static InlineKeyboardMarkup keyboard(List<Button> buttons) {
    InlineKeyboardRow row = new InlineKeyboardRow();
    for (Button button : buttons) {
      InlineKeyboardButton one = new InlineKeyboardButton(button.label());
      one.setCallbackData(button.data());
      row.add(one);
    }
    return new InlineKeyboardMarkup(List.of(row));
  }

  private <E extends Exception> Optional<JsonNode> attempt(BotApiMethod<?> method, Right<E> right)
      throws E, InterruptedException {
    for (int failures = 1; ; failures++) {
      if (!right.holds()) {
        return Optional.empty();
      }
      try {
        return Optional.of(api.call(method, ANSWER));
      } catch (BotApiException e) {
        boolean again =
            switch (e.kind()) {
              case UNREACHABLE, GARBLED, SERVER, RATE -> true;
              case TOO_LARGE, CONFLICT, REVOKED, REFUSED -> false;
            };
        if (!again || failures == TRIES) {
          log.accept("telegram: " + e.getMessage());
          return Optional.empty();
        }
        Duration wait = e.kind() == Kind.RATE ? e.retryAfter() : backOff.delay(failures);
        pause.of(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
      }
    }
  }
}
