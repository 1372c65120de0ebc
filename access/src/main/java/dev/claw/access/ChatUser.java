package dev.claw.access;

import dev.claw.model.Actor;

/**
 * A person as the chat's service names them. Only the number identifies; the names are the person's
 * own choice and may say anything, so they are shown only {@link #cleaned}.
 *
 * @param id of the service, positive, never reused
 * @param displayName as it came, possibly empty
 * @param userName without {@code @}, empty where there is none
 */
public record ChatUser(long id, String displayName, String userName) {
  // https://core.telegram.org/bots/api#user: at most 52 significant bits.
  private static final long LARGEST_ID = (1L << 52) - 1;

  /** Whether this can be the number of a person. */
  public static boolean isId(long id) {
    return id > 0 && id <= LARGEST_ID;
  }

  /** The same person with names that can be kept and shown: short, and of visible characters. */
  public ChatUser cleaned() {
    return new ChatUser(
        id, ChatName.cleanDisplayName(displayName), ChatName.cleanUserName(userName));
  }

  /** The person for a reader, cleaned: {@code Ann (@ann, id 4711)}. */
  public String shown() {
    ChatUser clean = cleaned();
    return (clean.displayName().isEmpty() ? "somebody without a name" : clean.displayName())
        + " ("
        + (clean.userName().isEmpty() ? "" : "@" + clean.userName() + ", ")
        + "id "
        + id
        + ")";
  }

  /** The person as the audit log names an actor. */
  public Actor actor() {
    return new Actor(AccessSchema.TELEGRAM, Long.toString(id));
  }
}
