package dev.claw.access.telegram;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import java.sql.PreparedStatement;

/** Groups, which are told once that nothing is done there. */
final class Groups {
  private static final String WHY =
      "claw answers only in a chat with one person: in a group everybody would read what agents"
          + " write, and claw could not tell who may see it. Write to me directly. This is said"
          + " once; whatever else is written here is ignored.";

  /** Anybody can add a bot to groups. */
  private static final int MOST_REMEMBERED = 10_000;

  private final AccessDatabase database;
  private final Outbox outbox;

  Groups(AccessDatabase database, Outbox outbox) {
    this.database = database;
    this.outbox = outbox;
  }

  void tell(long chat) throws AccessException, InterruptedException {
    boolean fresh =
        database.inTransaction(
            (connection, now) -> {
              try (PreparedStatement insert =
                      connection.prepareStatement(
                          "INSERT INTO telegram_group (chat, at) VALUES (?, ?)"
                              + " ON CONFLICT (chat) DO NOTHING");
                  PreparedStatement prune =
                      connection.prepareStatement(
                          "DELETE FROM telegram_group WHERE chat IN (SELECT chat FROM"
                              + " telegram_group ORDER BY at DESC LIMIT -1 OFFSET ?)")) {
                insert.setLong(1, chat);
                insert.setLong(2, now.toEpochMilli());
                boolean inserted = insert.executeUpdate() == 1;
                prune.setInt(1, MOST_REMEMBERED);
                prune.executeUpdate();
                return inserted;
              }
            });
    if (fresh) {
      outbox.say(chat, WHY);
    }
  }
}
