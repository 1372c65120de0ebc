package dev.claw.lock;

import static dev.claw.lock.CanonicalJson.LARGEST;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.ModelPolicy;
import java.util.ArrayList;
import java.util.List;

/** The models that an agent uses, as JSON. What is empty in the record is absent here. */
final class ModelsJson {
  private ModelsJson() {}

  static ObjectNode write(ModelPolicy policy) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    put(node, "primary", policy.primary());
    ArrayNode providers = node.putArray("providers");
    for (ModelPolicy.Provider provider : policy.providers()) {
      ObjectNode entry =
          providers
              .addObject()
              .put("id", provider.id())
              .put("api", provider.api())
              .put("baseUrl", provider.baseUrl());
      put(entry, "secret", provider.secret());
      ArrayNode models = entry.putArray("models");
      for (ModelPolicy.Model model : provider.models()) {
        models
            .addObject()
            .put("id", model.id())
            .put("contextWindow", model.contextWindow())
            .put("maxTokens", model.maxTokens());
      }
    }
    if (policy.content()) {
      node.put("content", true);
    }
    return node;
  }

  static ModelPolicy read(JsonFields fields) throws JsonException {
    List<ModelPolicy.Provider> providers = new ArrayList<>();
    for (JsonFields provider :
        fields.objects("providers", "id", "api", "baseUrl", "secret", "models")) {
      List<ModelPolicy.Model> models = new ArrayList<>();
      for (JsonFields model : provider.objects("models", "id", "contextWindow", "maxTokens")) {
        models.add(
            new ModelPolicy.Model(
                model.text("id"),
                model.integer("contextWindow", 0, LARGEST),
                model.integer("maxTokens", 0, LARGEST)));
      }
      providers.add(
          new ModelPolicy.Provider(
              provider.text("id"),
              provider.text("api"),
              provider.text("baseUrl"),
              provider.findText("secret").orElse(""),
              models));
    }
    return new ModelPolicy(
        fields.findText("primary").orElse(""),
        providers,
        fields.has("content") && fields.flag("content"));
  }

  private static void put(ObjectNode node, String key, String text) {
    if (!text.isEmpty()) {
      node.put(key, text);
    }
  }
}
