package dev.claw.egress;

import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Quoted;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A call of a model as the head of a request tells it.
 *
 * @param target path and query at the provider
 * @param modelInPath empty where the body names the model
 */
record ModelCall(
    ModelPolicy.Provider provider,
    ModelApi api,
    Authority authority,
    boolean tls,
    String target,
    String modelInPath) {
  private static final String PREFIX = "/v1/providers/";

  /** What clients of the providers send; all else may be a key, or a way to another call. */
  private static final Pattern QUERY =
      Pattern.compile("(?:(?:^|&)(?:alt|api-version|beta)=[A-Za-z0-9._-]*){0,3}");

  /**
   * Reads the head.
   *
   * @throws InvalidValueException if it is no call that the policy names; the text says why
   */
  static ModelCall parse(HttpRequest request, ModelPolicy policy) throws InvalidValueException {
    String uri = request.uri();
    int slash = uri.indexOf('/', PREFIX.length());
    if (!uri.startsWith(PREFIX) || slash < 0) {
      throw new InvalidValueException(
          "expected " + PREFIX + "ID/… as the path, found " + Quoted.of(uri));
    }
    String id = uri.substring(PREFIX.length(), slash);
    ModelPolicy.Provider provider =
        policy.providers().stream()
            .filter(p -> p.id().equals(id))
            .findFirst()
            .orElseThrow(
                () -> new InvalidValueException("the policy has no provider " + Quoted.of(id)));
    ModelApi api =
        ModelApi.find(provider.api())
            .orElseThrow(
                () ->
                    new InvalidValueException(
                        "the model broker can't carry the api " + provider.api()));
    String rest = uri.substring(slash);
    int question = rest.indexOf('?');
    String path = question < 0 ? rest : rest.substring(0, question);
    if (!request.method().equals(HttpMethod.POST) || !api.isCall(path)) {
      throw new InvalidValueException(
          "expected a call of a model, found " + request.method() + " " + Quoted.of(path));
    }
    if (question >= 0 && !QUERY.matcher(rest.substring(question + 1)).matches()) {
      throw new InvalidValueException(
          "expected no query but alt, api-version and beta, found another");
    }
    Optional<String> override = HeaderRules.override(request.headers());
    if (override.isPresent()) {
      throw new InvalidValueException("expected no header field " + override.get());
    }
    if (HeaderRules.has(request.headers(), "content-encoding")) {
      throw new InvalidValueException("expected a body without Content-Encoding");
    }
    URI base = URI.create(provider.baseUrl());
    boolean tls = "https".equalsIgnoreCase(base.getScheme());
    int port = base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80;
    String prefix = Optional.ofNullable(base.getRawPath()).orElse("");
    return new ModelCall(
        provider,
        api,
        new Authority(HostName.parse(base.getHost()), port),
        tls,
        (prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + rest,
        api.modelInPath(path).orElse(""));
  }

  /** Whether the policy names the model at this provider, by its name there. */
  boolean hasModel(String model) {
    String id = modelInPath.isEmpty() ? model : model.replaceFirst("^models/", "");
    return provider.models().stream().anyMatch(m -> m.id().equals(id));
  }
}
