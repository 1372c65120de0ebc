package dev.claw.supervisor;

import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.ModelPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which models agents may use, and the way to each. */
public final class ModelRoutes {
  private static final String BROKER = "http://127.0.0.1:3129/v1/providers/";

  private final Host host;
  private final ProviderSecrets secrets;

  public ModelRoutes(Host host, Map<String, String> environment) {
    this.host = host;
    this.secrets = new ProviderSecrets(host, environment);
  }

  /**
   * One provider of one agent.
   *
   * @param models ids
   * @param primary of these models, if it is among them
   * @param agentUrl what the agent calls; empty where it has no door to the broker
   * @param baseUrl where the broker reaches the provider
   * @param secret name of the key; empty where the provider wants none
   * @param secretSet whether there is one of this name
   */
  public record Route(
      AgentName agent,
      String provider,
      String api,
      List<String> models,
      Optional<String> primary,
      Optional<String> agentUrl,
      String baseUrl,
      Optional<String> secret,
      Optional<Boolean> secretSet) {}

  /**
   * What was found.
   *
   * @param problems of agents whose lock does not hold
   */
  public record Found(List<Route> routes, List<String> problems) {}

  /** Routes of one agent, or of all. */
  public Found list(Optional<AgentName> only) throws SupervisorException {
    host.home().verify();
    List<Route> routes = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    if (only.isPresent()) {
      add(only.get(), routes);
    } else {
      for (AgentStore.Entry entry : host.agents().list()) {
        try {
          add(entry.name(), routes);
        } catch (SupervisorException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
    }
    return new Found(List.copyOf(routes), List.copyOf(problems));
  }

  private void add(AgentName name, List<Route> routes) throws SupervisorException {
    PolicyLock lock = new Policies(host).locked(name).lock();
    boolean brokered = lock.hasDoor();
    String primary = lock.models().primary();
    for (ModelPolicy.Provider provider : lock.models().providers()) {
      Optional<String> secret = Optional.of(provider.secret()).filter(text -> !text.isEmpty());
      routes.add(
          new Route(
              name,
              provider.id(),
              provider.api(),
              provider.models().stream().map(ModelPolicy.Model::id).toList(),
              provider.models().stream()
                  .map(ModelPolicy.Model::id)
                  .filter(id -> primary.equals(provider.id() + "/" + id))
                  .findFirst(),
              brokered ? Optional.of(BROKER + provider.id()) : Optional.empty(),
              provider.baseUrl(),
              secret,
              secret.isPresent() ? Optional.of(secrets.has(secret.get())) : Optional.empty()));
    }
  }
}
