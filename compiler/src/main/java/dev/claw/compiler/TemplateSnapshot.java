package dev.claw.compiler;

import java.util.List;

/**
 * A template's source followed by those it extends, nearest first, as YAML documents: what an
 * agent's {@code template.yaml} holds, so that it compiles again without a catalog.
 *
 * @param text the whole file
 * @param chain the documents; never empty
 */
@SuppressWarnings("DoNotCallSuggester")
public record TemplateSnapshot(String text, List<TemplateSource> chain) {
  /** Copies the list. */
  public TemplateSnapshot {
    chain = List.copyOf(chain);
  }

  /**
   * Reads a snapshot back.
   *
   * @param path what messages call the file
   * @throws TemplateException where the text is not what {@link #text} gives
   */
  public static TemplateSnapshot parse(String path, String text) throws TemplateException {
    throw new UnsupportedOperationException();
  }
}
