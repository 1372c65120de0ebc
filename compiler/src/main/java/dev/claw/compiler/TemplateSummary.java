package dev.claw.compiler;

/**
 * A template as listings show it.
 *
 * @param description its own; empty where it has none or can't be read
 * @param path what messages call the file
 * @param overrides whether the user's own stands in front of a built-in of the same name
 * @param problem why it can't be used, as far as a quick look tells; empty where nothing was seen
 */
public record TemplateSummary(
    String name,
    String description,
    Origin origin,
    String path,
    boolean overrides,
    String problem) {
  /** Where a template comes from. */
  public enum Origin {
    BUILT_IN,
    USER
  }
}
