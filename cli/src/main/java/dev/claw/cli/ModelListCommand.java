package dev.claw.cli;

import dev.claw.supervisor.ModelRoutes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Lists model providers by the locks of one agent or all: models, the way from the agent over the broker to the"
            + " provider, and whether the key is there.")
final class ModelListCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private OptionalAgentArgument agent = new OptionalAgentArgument();

  @Mixin private JsonOption json = new JsonOption();

  ModelListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    ModelRoutes.Found found = claw.modelRoutes().list(agent.name());
    if (json.wanted()) {
      RecordJson.print(claw.out(), found);
    } else {
      Table table = new Table("AGENT", "PROVIDER", "API", "MODELS", "ROUTE", "KEY");
      for (ModelRoutes.Route route : found.routes()) {
        table.row(
            route.agent().value(),
            route.provider(),
            route.api(),
            models(route),
            route.agentUrl().map(url -> "broker -> " + route.baseUrl()).orElse("none: no door"),
            key(route));
      }
      table.print(claw.out());
    }
    found.problems().forEach(problem -> claw.err().println("claw: " + problem));
    return found.problems().isEmpty() ? ExitCode.DONE : ExitCode.DRIFT;
  }

  private static String models(ModelRoutes.Route route) {
    return String.join(
        ",",
        route.models().stream()
            .map(id -> route.primary().filter(id::equals).isPresent() ? id + "*" : id)
            .toList());
  }

  private static String key(ModelRoutes.Route route) {
    return route
        .secret()
        .map(name -> name + (route.secretSet().orElse(false) ? "" : " (not set)"))
        .orElse("none wanted");
  }
}
