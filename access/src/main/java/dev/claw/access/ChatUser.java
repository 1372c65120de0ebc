package dev.claw.access;

/**
 * A person as the chat's service names them. Only the number identifies; the names are the person's
 * own choice and may say anything, so they are shown only cleaned.
 *
 * @param id of the service, positive, never reused
 * @param displayName as it came, possibly empty
 * @param userName without {@code @}, empty where there is none
 */
public record ChatUser(long id, String displayName, String userName) {}
