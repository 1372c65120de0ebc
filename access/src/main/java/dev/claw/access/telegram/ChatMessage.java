package dev.claw.access.telegram;

import java.util.ArrayList;
import java.util.List;
import org.telegram.telegrambots.meta.api.objects.MessageEntity;

/**
 * A message as it is sent: claw's own words and, set apart as a block of code, words of others. In
 * a block nothing becomes a link, a mention or a command that one could press.
 *
 * @param head claw's words, clean, not blank
 * @param block clean; empty where there is none
 */
record ChatMessage(String head, String block) {
  private static final int LONGEST_HEAD = 1024;
  private static final int MOST_PAGES = 10;
  private static final String CUT = "[cut here: the rest is too long for a chat]";

  static ChatMessage of(String words) {
    String clean = ChatText.clean(words).strip();
    return new ChatMessage(
        clean.isEmpty() ? "(nothing)" : ChatText.split(clean, ChatText.LONGEST).getFirst(), "");
  }

  /** As many messages as it takes, up to a bound. */
  static List<ChatMessage> pages(String head, String block) {
    String words = ChatText.line(head, LONGEST_HEAD);
    String body = ChatText.clean(block).stripTrailing();
    if (body.isBlank()) {
      return List.of(new ChatMessage(words + " (nothing)", ""));
    }
    List<ChatMessage> pages = new ArrayList<>();
    for (String piece : ChatText.split(body, ChatText.LONGEST - words.length() - 1)) {
      if (pages.size() == MOST_PAGES) {
        pages.add(new ChatMessage(CUT, ""));
        break;
      }
      // A block of blank lines alone would come back as an empty message.
      pages.add(piece.isBlank() ? new ChatMessage(words, "") : new ChatMessage(words, piece));
    }
    return List.copyOf(pages);
  }

  String text() {
    return block.isEmpty() ? head : head + "\n" + block;
  }

  /** Offsets and lengths count UTF-16 code units (core.telegram.org/bots/api#messageentity). */
  List<MessageEntity> entities() {
    return block.isEmpty()
        ? List.of()
        : List.of(new MessageEntity("pre", head.length() + 1, block.length()));
  }
}
