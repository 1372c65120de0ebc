package dev.claw.cli;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;

@Command(
    description =
        "Prints the JSON Schema of templates, from which editors complete and check them.")
final class TemplatesSchemaCommand implements LooksOnly {
  private final Claw claw;

  TemplatesSchemaCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    try (InputStream in =
        Main.class.getResourceAsStream("/dev/claw/templates/template.schema.json")) {
      if (in == null) {
        throw new IllegalStateException("the schema is not in the jar");
      }
      claw.out().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    return ExitCode.DONE;
  }
}
