package dev.claw.access;

import java.util.List;

/** The tables of this room in {@code claw.db}; whoever owns the file makes them. */
public final class AccessSchema {
  /** What makes the tables. */
  public static final List<String> STATEMENTS =
      List.of(
          """
          CREATE TABLE access_pairing (
            agent_id TEXT NOT NULL,
            service TEXT NOT NULL,
            user_id INTEGER NOT NULL CHECK (user_id > 0),
            display_name TEXT NOT NULL,
            user_name TEXT NOT NULL,
            role TEXT NOT NULL,
            since INTEGER NOT NULL,
            confirmed_by TEXT NOT NULL,
            PRIMARY KEY (agent_id, service, user_id)
          ) STRICT, WITHOUT ROWID
          """,
          """
          CREATE TABLE access_invitation (
            token_hash TEXT PRIMARY KEY,
            id TEXT NOT NULL,
            agent_id TEXT NOT NULL,
            service TEXT NOT NULL,
            role TEXT NOT NULL,
            expires INTEGER NOT NULL,
            tries INTEGER NOT NULL CHECK (tries >= 0),
            state TEXT NOT NULL,
            user_id INTEGER NOT NULL,
            display_name TEXT NOT NULL,
            user_name TEXT NOT NULL
          ) STRICT, WITHOUT ROWID
          """,
          """
          CREATE TABLE access_wrong_token (
            service TEXT NOT NULL,
            user_id INTEGER NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 1),
            latest INTEGER NOT NULL,
            PRIMARY KEY (service, user_id)
          ) STRICT, WITHOUT ROWID
          """);

  /** Those with a column {@code agent_id}, whose rows go with the agent. */
  public static final List<String> KEYED_BY_AGENT = List.of("access_pairing", "access_invitation");

  /** The one service that there is so far, as its column spells it. */
  static final String TELEGRAM = "telegram";

  private AccessSchema() {}
}
