package dev.claw.compiler;

/** Compiles templates. Has no state; safe for several threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class PolicyCompiler {

  /** Compiles a template and those it extends, which are looked up in the catalog. */
  public Compilation compile(TemplateSource source, TemplateCatalog catalog, CompileInput input) {
    throw new UnsupportedOperationException();
  }

  /** Compiles again what an agent's {@code template.yaml} holds. */
  public Compilation compile(TemplateSnapshot snapshot, CompileInput input) {
    throw new UnsupportedOperationException();
  }
}
