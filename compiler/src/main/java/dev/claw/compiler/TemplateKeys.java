package dev.claw.compiler;

import dev.claw.model.Quoted;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every key that a template can have. A section is named by its path, with {@code *} for a name
 * that people choose and {@code []} for an element of a list. The JSON Schema for editors says the
 * same, and a test holds the two together.
 */
final class TemplateKeys {
  static final Map<String, List<String>> SECTIONS = new LinkedHashMap<>();

  static {
    SECTIONS.put(
        "",
        List.of(
            "apiVersion",
            "name",
            "description",
            "extends",
            "agent",
            "models",
            "container",
            "network"));
    SECTIONS.put(
        "agent", List.of("tools", "exec", "skills", "plugins", "channels", "rules", "openclaw"));
    SECTIONS.put("agent.tools", List.of("profile", "allow", "deny"));
    SECTIONS.put("models", List.of("primary", "providers"));
    SECTIONS.put("models.providers.*", List.of("api", "baseUrl", "secret", "models"));
    SECTIONS.put("models.providers.*.models[]", List.of("id", "contextWindow", "maxTokens"));
    SECTIONS.put(
        "container",
        List.of(
            "image",
            "resources",
            "mounts",
            "environment",
            "secrets",
            "seccomp",
            "stopGracePeriod"));
    SECTIONS.put("container.resources", List.of("memory", "cpus", "pids", "nofile", "tmp"));
    SECTIONS.put("container.mounts[]", List.of("source", "target", "mode"));
    SECTIONS.put("container.secrets[]", List.of("name", "environment", "file"));
    SECTIONS.put("network", List.of("profile", "allow", "deny", "budgets"));
    for (String rules : List.of("network.allow[]", "network.deny[]")) {
      SECTIONS.put(
          rules, List.of("host", "ports", "methods", "paths", "inspect", "audit", "programs"));
      SECTIONS.put(rules + ".programs[]", List.of("path", "digest"));
    }
    SECTIONS.put(
        "network.budgets", List.of("requestsPerMinute", "bytesPerDay", "modelTokensPerDay"));
  }

  private TemplateKeys() {}

  /** The message about a key that a section does not have. */
  static String unknown(String key, String section, String shown) {
    List<String> known = SECTIONS.getOrDefault(section, List.of());
    String place = shown.isEmpty() ? "the template" : shown;
    String start = "unknown key " + Quoted.of(key) + " in " + place;
    Optional<String> near = Nearest.find(key, known);
    if (near.isPresent()) {
      return start + "; did you mean " + Quoted.of(near.get()) + "?";
    }
    List<String> elsewhere =
        SECTIONS.entrySet().stream()
            .filter(entry -> entry.getValue().contains(key))
            .map(Map.Entry::getKey)
            .toList();
    if (elsewhere.size() == 1) {
      String other = elsewhere.getFirst();
      return start + "; it belongs " + (other.isEmpty() ? "at the top level" : "in " + other);
    }
    return start + Nearest.hint(key, known);
  }
}
