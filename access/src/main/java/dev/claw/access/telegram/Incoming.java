package dev.claw.access.telegram;

import dev.claw.access.ChatUser;

/** What came from Telegram, as far as it means anything to claw. */
sealed interface Incoming {
  /** Which of the bot's updates; each is delivered until it is confirmed. */
  long updateId();

  /** Somebody wrote in a chat with the bot alone. */
  record Text(long updateId, ChatUser from, long chat, String text) implements Incoming {}

  /**
   * Somebody pressed a button.
   *
   * @param chat where the button is; 0 where Telegram no longer says
   * @param query which wants an answer
   * @param data as the button brought it, or whatever a client of somebody's own making sent
   */
  record Press(long updateId, ChatUser from, long chat, String query, String data)
      implements Incoming {}

  /** Something was written where others read along. */
  record Group(long updateId, long chat) implements Incoming {}

  /** Somebody sent something in a chat with the bot alone that is no command. */
  record Unsuitable(long updateId, ChatUser from, long chat, Kind kind) implements Incoming {
    /** What it was. */
    enum Kind {
      FORWARDED,
      NO_TEXT
    }
  }

  /** Nothing to act on, such as an edit or a post in a channel. */
  record Ignored(long updateId) implements Incoming {}
}
