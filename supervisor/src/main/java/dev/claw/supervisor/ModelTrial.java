package dev.claw.supervisor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.lock.JsonException;
import dev.claw.lock.PolicyLock;
import dev.claw.lock.StrictJson;
import dev.claw.model.AgentName;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tries the models of an agent: a call of one token to each provider, the way that the agent's own
 * calls go, whether it runs or not. The broker counts and records them like any other.
 */
public final class ModelTrial {
  private static final int LONGEST_WORDS = 300;
  private static final int BAD_REQUEST = 400;

  private final Host host;
  private final Duration patience;

  /**
   * @param patience with each provider
   */
  public ModelTrial(Host host, Duration patience) {
    this.host = host;
    this.patience = patience;
  }

  /**
   * How one provider did.
   *
   * @param model that was called: the primary one where it is of this provider, else its first
   * @param status that the provider answered; empty where it did not
   * @param trouble a sentence that says what is wrong; empty where it works
   * @param millis until the answer was there
   */
  public record Outcome(
      AgentName agent,
      String provider,
      String model,
      boolean works,
      Optional<Integer> status,
      Optional<String> trouble,
      long millis) {}

  /**
   * Tries one provider, or each.
   *
   * @throws SupervisorException REFUSED where the agent has no model or no way to one, NOT_FOUND
   *     where it has no such provider, DRIFT where its lock does not hold
   */
  public List<Outcome> run(AgentName name, Optional<String> only) throws SupervisorException {
    PolicyLock lock = new Policies(host).locked(name).lock();
    List<ModelPolicy.Provider> providers =
        lock.models().providers().stream()
            .filter(provider -> only.isEmpty() || provider.id().equals(only.get()))
            .toList();
    if (lock.models().providers().isEmpty()) {
      throw new SupervisorException(
          Reason.REFUSED,
          name + ": its policy names no model; name one with 'models' in its template");
    }
    if (providers.isEmpty()) {
      throw new SupervisorException(
          Reason.NOT_FOUND,
          name
              + ": its policy has no provider "
              + Quoted.of(only.orElse(""))
              + "; 'claw model list "
              + name
              + "' shows those it has");
    }
    if (!lock.hasDoor()) {
      throw new SupervisorException(
          Reason.REFUSED,
          name
              + ": its network is offline, which has no door to the model broker; its template wants"
              + " 'network: {profile: allowlist}'");
    }
    BrokerConnection broker = new BrokerConnection(host.egress().serve(name), patience);
    List<Outcome> outcomes = new ArrayList<>();
    for (ModelPolicy.Provider provider : providers) {
      outcomes.add(tried(name, lock.models(), provider, broker));
    }
    return List.copyOf(outcomes);
  }

  private Outcome tried(
      AgentName name, ModelPolicy models, ModelPolicy.Provider provider, BrokerConnection broker)
      throws SupervisorException {
    String model = model(models, provider);
    List<TokenCall> calls = TokenCall.of(provider.api(), model);
    if (model.isEmpty() || calls.isEmpty()) {
      String why =
          model.isEmpty()
              ? "the policy names no model of it"
              : "the model broker can't carry the api " + provider.api();
      return new Outcome(name, provider.id(), model, false, Optional.empty(), Optional.of(why), 0);
    }
    long begun = System.nanoTime();
    BrokerConnection.Answer answer = answer(name, provider, broker, calls);
    long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
    Optional<String> trouble = trouble(answer, provider, model, models);
    return new Outcome(
        name,
        provider.id(),
        model,
        trouble.isEmpty(),
        answer.denied().isEmpty() && answer.status() != 0
            ? Optional.of(answer.status())
            : Optional.empty(),
        trouble.map(Quoted::visible),
        millis);
  }

  private static String model(ModelPolicy models, ModelPolicy.Provider provider) {
    return provider.models().stream()
        .map(ModelPolicy.Model::id)
        .filter(id -> models.primary().equals(provider.id() + "/" + id))
        .findFirst()
        .or(() -> provider.models().stream().map(ModelPolicy.Model::id).findFirst())
        .orElse("");
  }

  private static BrokerConnection.Answer answer(
      AgentName name, ModelPolicy.Provider provider, BrokerConnection broker, List<TokenCall> calls)
      throws SupervisorException {
    BrokerConnection.Answer answer = null;
    try {
      for (TokenCall call : calls) {
        if (answer == null || (answer.status() == BAD_REQUEST && answer.denied().isEmpty())) {
          answer =
              broker.post(
                  "/v1/providers/" + provider.id() + call.path(),
                  TokenCall.header(provider.api()),
                  call.body());
        }
      }
    } catch (ClosedByInterruptException e) {
      throw new SupervisorException(Reason.INTERRUPTED, name + ": broken off", e);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.FAILED,
          name + ": its broker can't be asked: " + e.getMessage() + "; see 'claw supervisor logs'",
          e);
    }
    if (answer == null) {
      throw new AssertionError(provider.api());
    }
    return answer;
  }

  private Optional<String> trouble(
      BrokerConnection.Answer answer,
      ModelPolicy.Provider provider,
      String model,
      ModelPolicy models) {
    if (answer.denied().isPresent()) {
      String why = text(answer.body(), "why").orElse("it does not say why");
      return Optional.of(ModelTrouble.denied(answer.denied().get(), why).sentence());
    }
    if (answer.status() == 0) {
      return Optional.of(
          "the provider '"
              + provider.id()
              + "' did not answer within "
              + patience.toSeconds()
              + " s");
    }
    return ModelTrouble.ofStatus(answer.status(), provider.id(), model, models)
        .map(ModelTrouble::sentence)
        .map(sentence -> sentence + words(answer.body()));
  }

  /** What the provider says itself; it is told to who asked and stands on no record. */
  private static String words(String body) {
    String text = text(body, "message").orElse("");
    if (text.isEmpty()) {
      return "";
    }
    return "; it says: "
        + (text.length() <= LONGEST_WORDS ? text : text.substring(0, LONGEST_WORDS) + "…");
  }

  /** A text of a JSON object, or of its {@code error}, as all these APIs word theirs. */
  private static Optional<String> text(String body, String key) {
    try {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      JsonNode answer = StrictJson.parse(bytes, bytes.length);
      JsonNode found = answer.path("error").path(key);
      JsonNode text = found.isTextual() ? found : answer.path(key);
      return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
    } catch (JsonException e) {
      return Optional.empty();
    }
  }
}
