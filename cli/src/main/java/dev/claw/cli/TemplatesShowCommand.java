package dev.claw.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(description = "Prints a template's source; a good start for one of your own.")
final class TemplatesShowCommand implements LooksOnly {
  private final Claw claw;

  @Parameters(index = "0", paramLabel = "TEMPLATE", description = "Name of a template, or a file.")
  private String template = "";

  TemplatesShowCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    String text = claw.compiling().source(template).text();
    claw.out().print(claw.surroundings().outIsTerminal() ? TerminalText.visible(text) : text);
    return ExitCode.DONE;
  }
}
