package dev.claw.model;

import java.util.List;

/**
 * Which models an agent uses.
 *
 * @param primary {@code PROVIDER/MODEL}; empty where the template names no model
 * @param content whether calls are recorded with what was asked and answered
 */
public record ModelPolicy(String primary, List<Provider> providers, boolean content) {

  /**
   * A model provider as the operator reaches it; the agent only ever sees the broker.
   *
   * @param api the wire protocol in OpenClaw's words, such as {@code openai-completions}
   * @param baseUrl where the operator's machine reaches the provider
   * @param secret name of the key in claw's secrets; empty where the provider wants none
   */
  public record Provider(String id, String api, String baseUrl, String secret, List<Model> models) {
    /** Copies the list. */
    public Provider {
      models = List.copyOf(models);
    }
  }

  /**
   * A model of a provider.
   *
   * @param contextWindow tokens
   * @param maxTokens tokens of one answer
   */
  public record Model(String id, long contextWindow, long maxTokens) {}

  /** Copies the list. */
  public ModelPolicy {
    providers = List.copyOf(providers);
  }

  /** Models whose calls are recorded without their content. */
  public ModelPolicy(String primary, List<Provider> providers) {
    this(primary, providers, false);
  }
}
