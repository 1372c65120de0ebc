package dev.claw.compiler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.compiler.YamlNode.Sequence;
import dev.claw.model.Quoted;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Merges what a template writes in OpenClaw's own words into the configuration, except where that
 * would undo what the lock states or what keeps the container closed.
 */
final class OpenClawOverrides {
  private static final Map<String, String> PROTECTED = Collections.unmodifiableMap(closed());

  private static Map<String, String> closed() {
    Map<String, String> closed = new LinkedHashMap<>();
    for (String key :
        new String[] {
          "gateway",
          "secrets",
          "proxy",
          "update",
          "telemetry",
          "discovery",
          "nodeHost",
          "cloudWorkers",
          "desktop",
          "wizard",
          "meta",
          "$schema",
          "logging.file",
          "tools.elevated",
          "tools.exec.host",
          "tools.exec.security",
          "tools.exec.ask",
          "tools.exec.node",
          "tools.alsoAllow",
          "plugins.load",
          "agents.defaults.workspace",
          "agents.defaults.sandbox",
          "agents.defaults.skipBootstrap",
          "agents.entries",
          "agents.ownership"
        }) {
      closed.put(key, "belongs to claw");
    }
    closed.put("tools.profile", "is written as agent.tools.profile");
    closed.put("tools.allow", "is written as agent.tools.allow");
    closed.put("tools.deny", "is written as agent.tools.deny");
    closed.put("tools.exec.mode", "is written as agent.exec");
    closed.put("agents.defaults.model", "is written as models.primary");
    closed.put("agents.defaults.skills", "is written as agent.skills");
    closed.put("models", "is written as models at the top level");
    closed.put("plugins.enabled", "is written as agent.plugins");
    closed.put("plugins.allow", "is written as agent.plugins");
    closed.put("channels", "is written as agent.channels");
    closed.put("env", "is written as container.environment");
    return closed;
  }

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Problems problems;

  OpenClawOverrides(Problems problems) {
    this.problems = problems;
  }

  /** Merges {@code agent.openclaw}. */
  void merge(Mapping overrides, ObjectNode into) {
    merge(overrides, into, "");
  }

  private void merge(Mapping overrides, ObjectNode into, String path) {
    for (Entry entry : overrides.entries()) {
      String below = path.isEmpty() ? entry.key() : path + "." + entry.key();
      Optional<String> refused = refuse(below);
      if (refused.isPresent()) {
        problems.error(
            entry.at(),
            "agent.openclaw: the key "
                + Quoted.of(below)
                + " "
                + refused.get()
                + " and can't be set here");
      } else if (entry.value() instanceof Mapping map
          && (into.get(entry.key()) instanceof ObjectNode || leadsToProtected(below))) {
        ObjectNode inner =
            into.get(entry.key()) instanceof ObjectNode there ? there : into.putObject(entry.key());
        merge(map, inner, below);
      } else if (leadsToProtected(below)) {
        problems.error(
            entry.value().at(),
            "agent.openclaw: expected a map for "
                + Quoted.of(below)
                + ", which holds keys of claw's, found "
                + entry.value().described());
      } else {
        into.set(entry.key(), json(entry.value(), "agent.openclaw." + below));
      }
    }
  }

  private static Optional<String> refuse(String path) {
    // An entry of plugins may carry a plugin's settings but not switch it.
    if (path.matches("plugins\\.entries\\.[^.]+\\.enabled")) {
      return Optional.of("is written as agent.plugins");
    }
    return Optional.ofNullable(PROTECTED.get(path));
  }

  private static boolean leadsToProtected(String path) {
    return path.equals("plugins.entries")
        || path.matches("plugins\\.entries\\.[^.]+")
        || PROTECTED.keySet().stream().anyMatch(key -> key.startsWith(path + "."));
  }

  /** A value as JSON; what YAML readers disagree on is recorded as an error. */
  JsonNode json(YamlNode node, String path) {
    return switch (node) {
      case Mapping map -> {
        ObjectNode object = NODES.objectNode();
        map.entries()
            .forEach(
                entry ->
                    object.set(
                        entry.key(),
                        json(entry.value(), path + "." + Quoted.visible(entry.key()))));
        yield object;
      }
      case Sequence sequence -> {
        ArrayNode array = NODES.arrayNode();
        sequence.items().forEach(item -> array.add(json(item, path)));
        yield array;
      }
      case Scalar scalar -> scalar(scalar, path);
    };
  }

  private JsonNode scalar(Scalar scalar, String path) {
    Optional<String> surprise = PlainScalars.surprise(scalar);
    if (surprise.isPresent()) {
      problems.error(
          scalar.at(),
          path
              + ": "
              + scalar.described()
              + " is "
              + surprise.get()
              + "; put it in quotes, or write "
              + (surprise.get().contains("boolean") ? "true or false" : "a plain decimal number"));
      return NODES.nullNode();
    }
    if (scalar.isNull()) {
      return NODES.nullNode();
    }
    if (PlainScalars.isBoolean(scalar)) {
      return NODES.booleanNode(scalar.text().equals("true"));
    }
    if (scalar.text().length() <= 30 && PlainScalars.isWhole(scalar)) {
      return NODES.numberNode(new BigInteger(scalar.text()));
    }
    if (scalar.text().length() <= 30 && PlainScalars.isFraction(scalar)) {
      return NODES.numberNode(new BigDecimal(scalar.text()));
    }
    return NODES.textNode(scalar.text());
  }
}
