package dev.claw.compiler;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.lock.JsonException;
import dev.claw.lock.StrictJson;
import dev.claw.model.AgentPolicy.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Names that one release of OpenClaw knows, and how it picks tools by them. OpenClaw itself accepts
 * unknown ones in silence, so that a misspelled {@code deny} denies nothing.
 */
final class OpenClawNames {
  private static final String RESOURCE = "openclaw-names.json";

  private final String version;
  private final Map<String, Set<String>> profiles;
  private final Map<String, Set<String>> groups;
  private final Map<String, String> aliases = new LinkedHashMap<>();
  private final Map<String, Set<String>> pluginTools = new LinkedHashMap<>();
  private final Map<String, Set<String>> pluginChannels = new LinkedHashMap<>();
  private final Set<String> coreTools;
  private final Set<String> skills;
  private final Set<String> channels;
  private final Set<String> modelApis;

  private OpenClawNames(JsonNode json) {
    version = json.get("openclaw").textValue();
    profiles = sets(json.get("profiles"));
    groups = sets(json.get("groups"));
    json.get("aliases").properties().forEach(e -> aliases.put(e.getKey(), e.getValue().asText()));
    json.get("plugins")
        .properties()
        .forEach(
            plugin -> {
              pluginTools.put(plugin.getKey(), set(plugin.getValue().get("tools")));
              pluginChannels.put(plugin.getKey(), set(plugin.getValue().get("channels")));
            });
    coreTools = set(json.get("tools"));
    skills = set(json.get("skills"));
    channels = set(json.get("channels"));
    modelApis = set(json.get("modelApis"));
  }

  /** Reads the names that claw ships. */
  static OpenClawNames load() {
    try (InputStream in = OpenClawNames.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("resource " + RESOURCE + " is missing from claw");
      }
      return new OpenClawNames(StrictJson.parse(in.readAllBytes(), 1 << 20));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (JsonException e) {
      throw new IllegalStateException("resource " + RESOURCE + " is broken", e);
    }
  }

  private static Map<String, Set<String>> sets(JsonNode node) {
    Map<String, Set<String>> sets = new LinkedHashMap<>();
    node.properties().forEach(entry -> sets.put(entry.getKey(), set(entry.getValue())));
    return sets;
  }

  private static Set<String> set(JsonNode array) {
    Set<String> set = new LinkedHashSet<>();
    array.forEach(item -> set.add(item.textValue()));
    return set;
  }

  String version() {
    return version;
  }

  Set<String> profiles() {
    return profiles.keySet();
  }

  Set<String> plugins() {
    return pluginTools.keySet();
  }

  Set<String> skills() {
    return skills;
  }

  Set<String> channels() {
    return channels;
  }

  Set<String> modelApis() {
    return modelApis;
  }

  /** The plugin of OpenClaw's own package that serves a channel; empty text where none does. */
  String pluginOfChannel(String channel) {
    return pluginChannels.entrySet().stream()
        .filter(entry -> entry.getValue().contains(channel))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("");
  }

  /** Every word that can stand in {@code tools.allow} and {@code tools.deny}. */
  Set<String> toolWords() {
    Set<String> words = new TreeSet<>(coreTools);
    pluginTools.values().forEach(words::addAll);
    words.addAll(groups.keySet());
    words.addAll(aliases.keySet());
    words.addAll(pluginTools.keySet());
    words.add("bundle-mcp");
    return words;
  }

  /** Whether OpenClaw finds at least one tool or group by this word. */
  boolean isToolWord(String word) {
    String wanted = word.strip().toLowerCase(Locale.ROOT);
    if (!wanted.contains("*")) {
      return toolWords().contains(wanted);
    }
    Pattern pattern = wildcard(wanted);
    return allTools(pluginTools.keySet()).stream().anyMatch(t -> pattern.matcher(t).matches());
  }

  /** The tools that a word stands for, with these plugins. */
  Set<String> expand(String word, Collection<String> plugins) {
    String wanted = aliases.getOrDefault(norm(word), norm(word));
    if (wanted.contains("*")) {
      Pattern pattern = wildcard(wanted);
      Set<String> found = new LinkedHashSet<>(allTools(plugins));
      found.removeIf(tool -> !pattern.matcher(tool).matches());
      return found;
    }
    if (wanted.equals("group:plugins")) {
      Set<String> found = new LinkedHashSet<>();
      plugins.forEach(plugin -> found.addAll(pluginTools.getOrDefault(plugin, Set.of())));
      return found;
    }
    if (groups.containsKey(wanted)) {
      return groups.get(wanted);
    }
    return plugins.contains(wanted)
        ? pluginTools.getOrDefault(wanted, Set.of(wanted))
        : Set.of(wanted);
  }

  /**
   * The tools of this release that the agent's turns may see, in the order of the alphabet: those
   * of the profile that {@code allow} names too, if it names any, less those of {@code deny}.
   */
  List<String> effective(Tools tools, Collection<String> plugins) {
    Set<String> all = allTools(plugins);
    Set<String> seen = new TreeSet<>();
    for (String word : profiles.getOrDefault(tools.profile(), Set.of())) {
      seen.addAll(expand(word, plugins));
    }
    seen.retainAll(all);
    if (!tools.allow().isEmpty()) {
      Set<String> allowed = new LinkedHashSet<>();
      tools.allow().forEach(word -> allowed.addAll(expand(word, plugins)));
      if (allowed.contains("write")) {
        allowed.add("apply_patch");
      }
      seen.retainAll(allowed);
    }
    tools.deny().forEach(word -> seen.removeAll(expand(word, plugins)));
    return new ArrayList<>(seen);
  }

  private Set<String> allTools(Collection<String> plugins) {
    Set<String> all = new LinkedHashSet<>(coreTools);
    // The catalog lists some tools that only a plugin brings.
    pluginTools.values().forEach(all::removeAll);
    plugins.forEach(plugin -> all.addAll(pluginTools.getOrDefault(plugin, Set.of())));
    return all;
  }

  private static String norm(String word) {
    return word.strip().toLowerCase(Locale.ROOT);
  }

  private static Pattern wildcard(String text) {
    StringBuilder regex = new StringBuilder();
    for (String part : text.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
    }
    return Pattern.compile(regex.toString());
  }
}
