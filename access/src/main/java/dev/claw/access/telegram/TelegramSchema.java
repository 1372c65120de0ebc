package dev.claw.access.telegram;

import java.util.List;

/** What the bot keeps in {@code claw.db}; none of it holds a token or what people write. */
public final class TelegramSchema {
  /** The statements that make the tables. */
  public static final List<String> STATEMENTS =
      List.of(
          """
          CREATE TABLE telegram_update (
            id INTEGER PRIMARY KEY,
            run TEXT NOT NULL,
            chat INTEGER NOT NULL,
            what TEXT NOT NULL,
            done INTEGER NOT NULL CHECK (done IN (0, 1)),
            at INTEGER NOT NULL
          ) STRICT
          """,
          """
          CREATE TABLE telegram_question (
            question TEXT NOT NULL,
            user INTEGER NOT NULL,
            message INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (question, user)
          ) STRICT, WITHOUT ROWID
          """,
          """
          CREATE TABLE telegram_button (
            id TEXT PRIMARY KEY,
            question TEXT NOT NULL,
            user INTEGER NOT NULL,
            verdict TEXT NOT NULL,
            at INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID
          """,
          """
          CREATE TABLE telegram_group (
            chat INTEGER PRIMARY KEY,
            at INTEGER NOT NULL
          ) STRICT
          """,
          """
          CREATE TABLE telegram_state (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            phase TEXT NOT NULL,
            since INTEGER NOT NULL,
            contact INTEGER,
            sentence TEXT NOT NULL
          ) STRICT
          """);

  private TelegramSchema() {}
}
