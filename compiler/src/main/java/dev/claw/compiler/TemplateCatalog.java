package dev.claw.compiler;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The built-in templates and, in front of them, the user's own. */
@SuppressWarnings("DoNotCallSuggester")
public final class TemplateCatalog {
  private final Path userFolder;

  /**
   * @param userFolder holds {@code NAME.yaml} files; need not exist
   */
  public TemplateCatalog(Path userFolder) {
    this.userFolder = userFolder;
  }

  /** All templates by name, also those that can't be used. */
  public List<TemplateSummary> list() {
    throw new UnsupportedOperationException(userFolder.toString());
  }

  /**
   * The template of this name, the user's own before the built-in.
   *
   * @throws TemplateException where there is one that can't be read
   */
  public Optional<TemplateSource> find(String name) throws TemplateException {
    throw new UnsupportedOperationException();
  }

  /** The name that a person may have meant. */
  public Optional<String> nearest(String name) {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads a template from a file outside the catalog; its name is what it says itself.
   *
   * @throws TemplateException where it can't be read
   */
  public static TemplateSource read(Path file) throws TemplateException {
    throw new UnsupportedOperationException();
  }
}
