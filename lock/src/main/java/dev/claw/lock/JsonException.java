package dev.claw.lock;

import dev.claw.model.Quoted;

/** A JSON text or tree is not what was expected. The message is place, expected, found. */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String where;
  private final String why;

  /**
   * @param where {@code LINE:COLUMN} or a path of keys such as {@code lock.agent.id}; made fit for
   *     a terminal here
   * @param why what was expected and what was found, already fit for a terminal
   */
  public JsonException(String where, String why) {
    super(why);
    this.where = Quoted.visible(where);
    this.why = why;
  }

  @Override
  public String getMessage() {
    return where.isEmpty() ? why : where + ": " + why;
  }

  /** {@code LINE:COLUMN} or a path of keys; empty where the subject is the whole. */
  public String where() {
    return where;
  }

  /** What was expected and what was found. */
  public String why() {
    return why;
  }
}
