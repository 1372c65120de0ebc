package dev.claw.access;

import dev.claw.model.AgentId;
import dev.claw.model.InvalidValueException;
import java.time.Instant;

/** What rows may hold; whatever else stands there was not written by claw. */
final class StoredText {
  /** 9999-12-31, the latest that all of claw's clocks can tell. */
  private static final long LATEST = 253_402_300_799_999L;

  private StoredText() {}

  static AgentId agent(String text) throws InvalidValueException {
    return AgentId.parse(text);
  }

  static Instant time(long millis) throws InvalidValueException {
    if (millis < 0 || millis > LATEST) {
      throw new InvalidValueException("expected milliseconds since 1970, found " + millis);
    }
    return Instant.ofEpochMilli(millis);
  }

  /** Names as they were kept are clean; those of a row that somebody else wrote are made so. */
  static ChatUser user(long id, String displayName, String userName) throws InvalidValueException {
    if (!ChatUser.isId(id)) {
      throw new InvalidValueException("expected the number of a person, found " + id);
    }
    return new ChatUser(id, displayName, userName).cleaned();
  }
}
