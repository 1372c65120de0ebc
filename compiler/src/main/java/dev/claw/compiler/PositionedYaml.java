package dev.claw.compiler;

import java.util.Optional;

/** Reads YAML of the plain kind that configuration needs, with positions and within bounds. */
@SuppressWarnings("DoNotCallSuggester")
public final class PositionedYaml {
  private PositionedYaml() {}

  /**
   * Reads one document whose root is a map.
   *
   * @param file what messages call it
   * @param problems takes what is wrong
   * @return empty where an error keeps the document from being read
   */
  public static Optional<YamlNode.Mapping> parse(String file, String text, Problems problems) {
    throw new UnsupportedOperationException();
  }
}
