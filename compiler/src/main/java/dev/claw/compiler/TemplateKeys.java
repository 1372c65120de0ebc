package dev.claw.compiler;

import dev.claw.model.Quoted;
import java.util.Collections;
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
  static final Map<String, List<String>> SECTIONS = Collections.unmodifiableMap(sections());

  private TemplateKeys() {}

  private static Map<String, List<String>> sections() {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    sections.put(
        "",
        List.of(
            "apiVersion",
            "name",
            "description",
            "extends",
            "agent",
            "models",
            "container",
            "network",
            "audit"));
    sections.put(
        "agent", List.of("tools", "exec", "skills", "plugins", "channels", "rules", "openclaw"));
    sections.put("agent.tools", List.of("profile", "allow", "deny"));
    sections.put("models", List.of("primary", "providers"));
    sections.put("models.providers.*", List.of("api", "baseUrl", "secret", "models"));
    sections.put("models.providers.*.models[]", List.of("id", "contextWindow", "maxTokens"));
    sections.put(
        "container",
        List.of(
            "image",
            "resources",
            "mounts",
            "environment",
            "secrets",
            "seccomp",
            "stopGracePeriod"));
    sections.put("container.resources", List.of("memory", "cpus", "pids", "nofile", "tmp"));
    sections.put("container.mounts[]", List.of("source", "target", "mode"));
    sections.put("container.secrets[]", List.of("name", "environment", "file"));
    sections.put("network", List.of("profile", "allow", "deny", "budgets"));
    for (String rules : List.of("network.allow[]", "network.deny[]")) {
      sections.put(
          rules, List.of("host", "ports", "methods", "paths", "inspect", "audit", "programs"));
      sections.put(rules + ".programs[]", List.of("path", "digest"));
    }
    sections.put(
        "network.budgets", List.of("requestsPerMinute", "bytesPerDay", "modelTokensPerDay"));
    sections.put("audit", List.of("content"));
    return sections;
  }

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
