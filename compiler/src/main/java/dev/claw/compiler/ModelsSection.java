package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Quoted;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code models}: which models an agent uses. */
final class ModelsSection {
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
  private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9@][A-Za-z0-9@:._/+-]{0,199}");
  private static final long MOST_TOKENS = 100_000_000;

  private final Fields fields;
  private final Fields audit;
  private final OpenClawNames names;

  /**
   * @param audit the section {@code audit}, which says what is recorded of their calls
   */
  ModelsSection(Fields fields, Fields audit, OpenClawNames names) {
    this.fields = fields;
    this.audit = audit;
    this.names = names;
  }

  ModelPolicy read() {
    List<ModelPolicy.Provider> providers = new ArrayList<>();
    for (Entry entry : fields.raw("providers").map(Mapping::entries).orElse(List.of())) {
      provider(entry).ifPresent(providers::add);
    }
    return new ModelPolicy(
        primary(providers), providers, audit.flag("content").orElse(Defaults.AUDIT_CONTENT));
  }

  private String primary(List<ModelPolicy.Provider> providers) {
    Optional<Scalar> primary = fields.text("primary", "PROVIDER/MODEL");
    if (primary.isEmpty()) {
      return "";
    }
    List<String> known =
        providers.stream()
            .flatMap(provider -> provider.models().stream().map(m -> provider.id() + "/" + m.id()))
            .toList();
    String text = primary.get().text();
    if (!known.contains(text)) {
      fields.error(
          primary.get().at(),
          "primary",
          "expected PROVIDER/MODEL of a model in models.providers, found "
              + Quoted.of(text)
              + (known.isEmpty()
                  ? ", and there is no provider; add one"
                  : Nearest.hint(text, known)));
    }
    return text;
  }

  private Optional<ModelPolicy.Provider> provider(Entry entry) {
    String id = entry.key();
    if (!ID.matcher(id).matches()) {
      fields.error(
          entry.at(),
          "providers",
          "expected an id of a-z, 0-9, '-' and '_', found " + Quoted.of(id));
      return Optional.empty();
    }
    if (!(entry.value() instanceof Mapping map)) {
      fields.error(
          entry.value().at(),
          "providers." + id,
          "expected a map, found " + entry.value().described());
      return Optional.empty();
    }
    Fields provider =
        new Fields(map, "models.providers.*", fields.path("providers." + id), fields.problems());
    Map<String, String> apis = new LinkedHashMap<>();
    names.modelApis().forEach(api -> apis.put(api, api));
    Optional<String> api = provider.word("api", apis);
    if (!provider.has("api")) {
      provider.missing("api", "api: openai-completions");
    }
    if (!provider.has("baseUrl")) {
      provider.missing("baseUrl", "baseUrl: \"https://api.example.com/v1\"");
    }
    return Optional.of(
        new ModelPolicy.Provider(
            id, api.orElse(""), baseUrl(provider), secret(provider), models(provider)));
  }

  private static String baseUrl(Fields provider) {
    Optional<Scalar> scalar = provider.text("baseUrl", "an http or https URL");
    if (scalar.isEmpty()) {
      return "";
    }
    String text = scalar.get().text();
    Position at = scalar.get().at();
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme());
      if (!scheme.matches("https?") || uri.getHost() == null || uri.getPort() > 65_535) {
        provider.error(at, "baseUrl", "expected an http or https URL, found " + Quoted.of(text));
      } else if (uri.getRawUserInfo() != null || SecretShapes.find(text).isPresent()) {
        provider.error(
            at, "baseUrl", "holds a password or key; store it with claw and name it in 'secret'");
      } else if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
        provider.error(
            at, "baseUrl", "expected a URL without '?' and '#', behind which keys tend to stand");
      } else if (scheme.equals("http") && !isLoopback(uri.getHost())) {
        provider.warning(
            at,
            "baseUrl",
            "is plain http to another machine: prompts and keys can be read on the way");
      }
    } catch (URISyntaxException e) {
      provider.error(at, "baseUrl", "expected an http or https URL, found " + Quoted.of(text));
    }
    return text;
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]+){3}");
  }

  private static String secret(Fields provider) {
    Optional<Scalar> scalar = provider.text("secret", "the name of a secret");
    if (scalar.isPresent()) {
      String text = scalar.get().text();
      if (SecretShapes.find(text).isPresent()) {
        provider.error(
            scalar.get().at(),
            "secret",
            "expected the name of a secret, found what looks like the secret itself; store it with"
                + " claw, write its name here, and make a new key where this file was shared");
      } else if (!SECRET.matcher(text).matches()) {
        provider.error(
            scalar.get().at(), "secret", "expected the name of a secret, found " + Quoted.of(text));
      }
    }
    return scalar.map(Scalar::text).orElse("");
  }

  private static List<ModelPolicy.Model> models(Fields provider) {
    List<ModelPolicy.Model> models = new ArrayList<>();
    for (Fields model : provider.maps("models")) {
      Optional<Scalar> id = model.text("id", "a model's id");
      if (!model.has("id")) {
        model.missing("id", "id: llama3.2");
      }
      long window = model.whole("contextWindow", 1, MOST_TOKENS).orElse(Defaults.CONTEXT_WINDOW);
      long most = model.whole("maxTokens", 1, MOST_TOKENS).orElse(Defaults.MAX_TOKENS);
      if (most > window) {
        model.error(
            model.at(model.has("maxTokens") ? "maxTokens" : "contextWindow"),
            "maxTokens",
            "expected at most contextWindow, " + window + ", found " + most);
      }
      if (id.isEmpty()) {
        continue;
      }
      String text = id.get().text();
      if (!MODEL.matcher(text).matches()) {
        model.error(id.get().at(), "id", "expected a model's id, found " + Quoted.of(text));
      } else if (models.stream().anyMatch(other -> other.id().equals(text))) {
        model.error(id.get().at(), "id", Quoted.of(text) + " is there twice; remove one");
      } else {
        models.add(new ModelPolicy.Model(text, window, most));
      }
    }
    if (!provider.has("models") || provider.isEmptyList("models")) {
      provider.missing("models", "models: [{id: llama3.2}]");
    }
    return models;
  }
}
