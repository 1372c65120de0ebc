package dev.claw.cli;

import dev.claw.compiler.TemplateSummary;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description =
        "Lists the built-in templates and your own (CLAW_HOME/templates), which come first.")
final class TemplatesListCommand implements LooksOnly {
  private final Claw claw;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print names only.")
  private boolean quiet;

  @Mixin private JsonOption json = new JsonOption();

  TemplatesListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() {
    List<TemplateSummary> templates = claw.templates().list();
    if (json.wanted()) {
      RecordJson.print(claw.out(), templates);
      return ExitCode.DONE;
    }
    if (quiet) {
      templates.forEach(template -> claw.out().println(TerminalText.visible(template.name())));
      return ExitCode.DONE;
    }
    Table table = new Table("NAME", "ORIGIN", "DESCRIPTION");
    for (TemplateSummary template : templates) {
      String origin =
          switch (template.origin()) {
            case BUILT_IN -> "built-in";
            case USER -> template.overrides() ? "yours, overrides" : "yours";
          };
      table.row(
          template.name(),
          origin,
          template.problem().isEmpty() ? template.description() : "BROKEN: " + template.problem());
    }
    table.print(claw.out());
    return ExitCode.DONE;
  }
}
