package dev.claw.cli;

import dev.claw.compiler.Compilation;
import dev.claw.compiler.Problem;
import dev.claw.compiler.TemplateSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    description =
        "Checks a template as 'claw create' would and names every problem, each with file, line and column. Ends with 1"
            + " where there is an error.")
final class TemplatesValidateCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(
      index = "0",
      paramLabel = "TEMPLATE",
      description = "Name of a template, or a file such as my.yaml.")
  private String template = "";

  @Mixin private JsonOption json = new JsonOption();

  TemplatesValidateCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    TemplateSource source = claw.compiling().source(template);
    Compilation compilation = claw.compiling().trial(source);
    List<Problem> problems =
        switch (compilation) {
          case Compilation.Compiled compiled -> compiled.warnings();
          case Compilation.Rejected rejected -> rejected.problems();
        };
    if (json.wanted()) {
      RecordJson.print(claw.out(), problems);
    } else {
      problems.forEach(claw.out()::println);
      if (problems.isEmpty()) {
        claw.err().println(source.path() + ": no problem found");
      }
    }
    return compilation instanceof Compilation.Compiled ? ExitCode.DONE : ExitCode.FAILED;
  }
}
