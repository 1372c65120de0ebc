package dev.claw.cli;

import dev.claw.compiler.OpenShellImport;
import dev.claw.compiler.Problem;
import dev.claw.compiler.TemplateCatalog;
import dev.claw.compiler.TemplateException;
import dev.claw.compiler.TemplateSource;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Prints a template made from a policy of another program; 'openshell' is NVIDIA OpenShell's, version 1. Write it to"
          + " a file NAME.yaml in the templates folder.",
      "The template admits no request that the policy's rules would refuse. What has no equivalent is left out and named on"
          + " standard error, each with its line."
    })
final class PolicyImportCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Parameters(index = "0", paramLabel = "FORMAT", description = "openshell")
  private String format = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "The policy.")
  private String file = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the template; openshell where it is left out.")
  private String name = "openshell";

  @Mixin private JsonOption json = new JsonOption();

  PolicyImportCommand(Claw claw) {
    this.claw = claw;
  }

  /** What stands in the JSON. */
  record Report(String template, List<Problem> notes) {}

  @Override
  public ExitCode call() throws Exception {
    if (!format.equals("openshell")) {
      throw new CliException(
          ExitCode.USAGE, "expected the format openshell, found " + Quoted.of(format));
    }
    return switch (OpenShellImport.of(source(), checkedName())) {
      case OpenShellImport.Imported imported -> {
        if (json.wanted()) {
          RecordJson.print(claw.out(), new Report(imported.template(), imported.notes()));
        } else {
          imported.notes().forEach(claw.err()::println);
          claw.out().print(imported.template());
        }
        yield ExitCode.DONE;
      }
      case OpenShellImport.Rejected rejected -> {
        rejected.problems().forEach(claw.err()::println);
        throw new CliException(ExitCode.FAILED, Quoted.visible(file) + " was not imported");
      }
    };
  }

  private TemplateSource source() throws CliException {
    Path path = claw.surroundings().workingFolder().resolve(file);
    if (!Files.exists(path)) {
      throw new CliException(ExitCode.NOT_FOUND, Quoted.visible(file) + ": no such file");
    }
    try {
      return TemplateCatalog.read(path);
    } catch (TemplateException e) {
      throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  private String checkedName() throws CliException {
    try {
      return AgentName.parse(name).value();
    } catch (InvalidValueException e) {
      throw new CliException(ExitCode.USAGE, "--name: " + e.getMessage(), e);
    }
  }
}
