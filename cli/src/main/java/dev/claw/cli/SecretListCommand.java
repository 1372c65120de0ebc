package dev.claw.cli;

import dev.claw.model.AgentName;
import dev.claw.supervisor.ProviderSecrets;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    description =
        "Lists secrets: name, kind, when they were set, and which agents' locks name them. Values are never shown.")
final class SecretListCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  SecretListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<ProviderSecrets.Listed> all = claw.providerSecrets().list();
    if (json.wanted()) {
      RecordJson.print(claw.out(), all);
    } else {
      Table table = new Table("NAME", "KIND", "SET", "AGENTS");
      for (ProviderSecrets.Listed secret : all) {
        String agents =
            secret.agents().stream().map(AgentName::value).collect(Collectors.joining(","));
        table.row(
            secret.name(),
            secret.kind(),
            secret.set().map(claw::ago).orElse("-"),
            agents.isEmpty() ? "-" : agents);
      }
      table.print(claw.out());
    }
    if (all.stream().anyMatch(secret -> secret.kind().equals("environment"))) {
      claw.err()
          .println(
              "claw: 'environment' is that of the supervisor, as the shell had it whose command"
                  + " started it; 'claw supervisor stop' and a start from another shell change it");
    }
    List<String> problems =
        all.stream().map(ProviderSecrets.Listed::problem).filter(p -> !p.isEmpty()).toList();
    problems.forEach(problem -> claw.err().println("claw: " + problem));
    return problems.isEmpty() ? ExitCode.DONE : ExitCode.STATE;
  }
}
