package dev.claw.access;

import static dev.claw.access.AccessSchema.TELEGRAM;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Rows of tokens that were given out, by the token's hash. */
final class InvitationTable {
  /** So long a token that is over can still be told from one that never was. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private InvitationTable() {}

  /**
   * The row of a token.
   *
   * @throws AccessException where there is one that can't be believed: it leads nowhere
   */
  static Optional<InvitationRow> find(Connection connection, TokenHash hash)
      throws SQLException, AccessException {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT substr(id, 1, 64), substr(agent_id, 1, 64), substr(role, 1, 64), expires, tries,
              substr(state, 1, 64), user_id, substr(display_name, 1, 256), substr(user_name, 1, 64)
            FROM access_invitation WHERE token_hash = ? AND service = ?
            """)) {
      query.setString(1, hash.value());
      query.setString(2, TELEGRAM);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(read(hash, row)) : Optional.empty();
      }
    }
  }

  private static InvitationRow read(TokenHash hash, ResultSet row)
      throws SQLException, AccessException {
    try {
      InvitationRow.State state = state(row.getString(6));
      boolean shown = state != InvitationRow.State.OPEN && state != InvitationRow.State.WITHDRAWN;
      return new InvitationRow(
          hash,
          row.getString(1),
          StoredText.agent(row.getString(2)),
          Role.parse(row.getString(3)),
          StoredText.time(row.getLong(4)),
          row.getInt(5),
          state,
          shown
              ? StoredText.user(row.getLong(7), row.getString(8), row.getString(9))
              : InvitationRow.NOBODY);
    } catch (InvalidValueException e) {
      throw new AccessException(
          "the token "
              + Quoted.of(row.getString(1))
              + " in claw.db leads nowhere: "
              + e.getMessage()
              + "; make a new one with 'claw access pair'",
          e);
    }
  }

  private static InvitationRow.State state(String word) throws InvalidValueException {
    for (InvitationRow.State state : InvitationRow.State.values()) {
      if (state.word().equals(word)) {
        return state;
      }
    }
    throw new InvalidValueException("expected a state, found " + Quoted.of(word));
  }

  static void insert(Connection connection, InvitationRow row) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            INSERT INTO access_invitation
              (token_hash, id, agent_id, service, role, expires, tries, state, user_id,
               display_name, user_name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)) {
      insert.setString(1, row.hash().value());
      insert.setString(2, row.id());
      insert.setString(3, row.agent().value());
      insert.setString(4, TELEGRAM);
      insert.setString(5, row.role().word());
      insert.setLong(6, row.expires().toEpochMilli());
      insert.setInt(7, row.tries());
      insert.setString(8, row.state().word());
      insert.setLong(9, row.user().id());
      insert.setString(10, row.user().displayName());
      insert.setString(11, row.user().userName());
      insert.executeUpdate();
    }
  }

  /** Writes what can change of a row. */
  static void update(Connection connection, InvitationRow row) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            UPDATE access_invitation
            SET tries = ?, state = ?, user_id = ?, display_name = ?, user_name = ?
            WHERE token_hash = ? AND service = ?
            """)) {
      update.setInt(1, row.tries());
      update.setString(2, row.state().word());
      update.setLong(3, row.user().id());
      update.setString(4, row.user().displayName());
      update.setString(5, row.user().userName());
      update.setString(6, row.hash().value());
      update.setString(7, TELEGRAM);
      update.executeUpdate();
    }
  }

  /** How many can still lead to a pairing. */
  static int live(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT count(*) FROM access_invitation"
                + " WHERE expires > ? AND state IN ('open', 'requested')")) {
      query.setLong(1, now.toEpochMilli());
      try (ResultSet row = query.executeQuery()) {
        return row.getInt(1);
      }
    }
  }

  static void forgetOld(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM access_invitation WHERE expires <= ?")) {
      delete.setLong(1, now.minus(REMEMBERED).toEpochMilli());
      delete.executeUpdate();
    }
  }
}
