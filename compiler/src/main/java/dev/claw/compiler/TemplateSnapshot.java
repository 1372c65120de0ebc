package dev.claw.compiler;

import java.util.ArrayList;
import java.util.List;

/**
 * A template's source followed by those it extends, nearest first, as YAML documents: what an
 * agent's {@code template.yaml} holds, so that it compiles again without a catalog.
 *
 * @param text the whole file
 * @param chain the documents; never empty
 */
public record TemplateSnapshot(String text, List<TemplateSource> chain) {
  private static final String SEPARATOR = "---\n";

  /** Copies the list. */
  public TemplateSnapshot {
    chain = List.copyOf(chain);
  }

  /** Joins sources that {@link PositionedYaml} has read. */
  static TemplateSnapshot of(List<TemplateSource> chain) {
    StringBuilder text = new StringBuilder();
    for (TemplateSource source : chain) {
      text.append(text.isEmpty() ? "" : SEPARATOR);
      for (String line : source.text().split("\r?\n", -1)) {
        // A source's own marker would begin one document more.
        text.append(YamlText.isMarker(line) ? "" : line).append('\n');
      }
      while (text.length() > 1 && text.charAt(text.length() - 2) == '\n') {
        text.setLength(text.length() - 1);
      }
    }
    return new TemplateSnapshot(text.toString(), chain);
  }

  /**
   * Reads a snapshot back. Positions in messages are those of the snapshot.
   *
   * @param path what messages call the file
   * @throws TemplateException where the documents can't be told apart
   */
  public static TemplateSnapshot parse(String path, String text) throws TemplateException {
    List<TemplateSource> chain = new ArrayList<>();
    StringBuilder document = new StringBuilder();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (line.equals("---")) {
        chain.add(source(path, document.toString()));
        // Empty lines in front keep the numbers of the lines as they are in the file.
        document = new StringBuilder("\n".repeat(number));
      } else {
        document.append(line).append('\n');
      }
      if (chain.size() > TemplateChain.LONGEST || text.length() > 16 * YamlText.LARGEST) {
        Position at = new Position(path, number, 1);
        Problems problems = new Problems();
        problems.error(at, "expected at most " + TemplateChain.LONGEST + " templates, found more");
        throw new TemplateException(problems.sorted());
      }
    }
    chain.add(source(path, document.toString()));
    return new TemplateSnapshot(text, chain);
  }

  private static TemplateSource source(String path, String text) {
    return new TemplateSource(TemplateChain.nameOf(text), path, text);
  }
}
