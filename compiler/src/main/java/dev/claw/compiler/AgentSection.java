package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.AgentPolicy;
import dev.claw.model.AgentPolicy.Tools;
import dev.claw.model.ExecMode;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code agent}: what an agent may decide. */
final class AgentSection {
  private static final int LONGEST_RULES = 32 * 1024;

  private final Fields fields;
  private final OpenClawNames names;

  AgentSection(Fields fields, OpenClawNames names) {
    this.fields = fields;
    this.names = names;
  }

  AgentPolicy read() {
    List<String> plugins =
        known("plugins", fields.texts("plugins", "names of plugins"), names.plugins());
    List<String> skills =
        known("skills", fields.texts("skills", "names of skills"), names.skills());
    return new AgentPolicy(
        tools(fields.section("tools"), plugins),
        fields.word("exec", execModes()).orElse(Defaults.EXEC),
        skills,
        plugins,
        channels(plugins),
        rules());
  }

  /** What the template gives as configuration of channels, by name. */
  Map<String, YamlNode> channelSettings() {
    Map<String, YamlNode> settings = new LinkedHashMap<>();
    for (Entry entry : fields.raw("channels").map(Mapping::entries).orElse(List.of())) {
      settings.put(entry.key(), entry.value());
    }
    return settings;
  }

  private static Map<String, ExecMode> execModes() {
    return Arrays.stream(ExecMode.values())
        .collect(Collectors.toMap(ExecMode::word, m -> m, (a, b) -> a, LinkedHashMap::new));
  }

  private Tools tools(Fields tools, List<String> plugins) {
    Map<String, String> profiles = new LinkedHashMap<>();
    names.profiles().forEach(profile -> profiles.put(profile, profile));
    String profile = tools.word("profile", profiles).orElse(Defaults.TOOLS.profile());
    List<Scalar> allow = toolWords(tools, "allow");
    List<Scalar> deny = toolWords(tools, "deny");
    Tools result = new Tools(profile, texts(allow), texts(deny));
    for (Scalar word : allow) {
      explainAllow(tools, word, result, plugins);
    }
    return result;
  }

  private List<Scalar> toolWords(Fields tools, String key) {
    List<Scalar> known = new ArrayList<>();
    for (Scalar word : tools.texts(key, "names of tools or groups")) {
      if (names.isToolWord(word.text())) {
        known.add(word);
      } else {
        tools.error(
            word.at(),
            key,
            "OpenClaw "
                + names.version()
                + " has no tool or group "
                + Quoted.of(word.text())
                + ", and would ignore it in silence"
                + Nearest.hint(word.text(), names.toolWords()));
      }
    }
    return known;
  }

  private void explainAllow(Fields tools, Scalar word, Tools result, List<String> plugins) {
    Set<String> wanted = names.expand(word.text(), plugins);
    List<String> inProfile =
        names.effective(new Tools(result.profile(), List.of(), List.of()), plugins);
    if (wanted.stream().noneMatch(inProfile::contains)) {
      tools.warning(
          word.at(),
          "allow",
          Quoted.of(word.text())
              + " is not in the profile "
              + result.profile()
              + " or needs a plugin, so that the agent does not get it; use profile full and list"
              + " what it may use");
    }
    List<String> effective = names.effective(result, plugins);
    if (word.text().equals("write")
        && effective.contains("apply_patch")
        && result.allow().stream()
            .filter(other -> !other.equals("write"))
            .noneMatch(other -> names.expand(other, plugins).contains("apply_patch"))) {
      tools.warning(
          word.at(),
          "allow",
          "to OpenClaw 'write' means apply_patch as well; add apply_patch to deny if the agent must"
              + " not patch files");
    }
  }

  private List<String> channels(List<String> plugins) {
    List<String> channels = new ArrayList<>();
    for (Entry entry : fields.raw("channels").map(Mapping::entries).orElse(List.of())) {
      String name = entry.key();
      if (!names.channels().contains(name)) {
        fields.error(
            entry.at(),
            "channels",
            "OpenClaw "
                + names.version()
                + " has no channel "
                + Quoted.of(name)
                + Nearest.hint(name, names.channels()));
      } else if (!(entry.value() instanceof Mapping settings)) {
        fields.error(
            entry.value().at(),
            "channels." + name,
            "expected a map of the channel's settings, found " + entry.value().described());
      } else if (isEnabled(settings)) {
        channels.add(name);
        checkPlugin(entry, plugins);
      }
    }
    return channels;
  }

  private static boolean isEnabled(Mapping settings) {
    Optional<YamlNode> enabled = settings.find("enabled").map(Entry::value);
    return !(enabled.isPresent()
        && enabled.get() instanceof Scalar scalar
        && scalar.plain()
        && scalar.text().equals("false"));
  }

  private void checkPlugin(Entry channel, List<String> plugins) {
    String plugin = names.pluginOfChannel(channel.key());
    if (plugin.isEmpty()) {
      fields.warning(
          channel.at(),
          "channels",
          Quoted.of(channel.key())
              + " needs a plugin that is not part of OpenClaw's package; the image must bring it");
    } else if (!plugins.contains(plugin)) {
      fields.error(
          channel.at(),
          "channels",
          Quoted.of(channel.key()) + " needs the plugin " + plugin + "; add it to agent.plugins");
    }
  }

  private String rules() {
    Optional<Scalar> rules = fields.text("rules", "text");
    if (rules.isPresent() && rules.get().text().length() > LONGEST_RULES) {
      fields.error(
          rules.get().at(),
          "rules",
          "expected at most " + LONGEST_RULES + " characters, found more");
    }
    return rules.map(Scalar::text).orElse("");
  }

  private List<String> known(String key, List<Scalar> words, Collection<String> known) {
    List<String> found = new ArrayList<>();
    for (Scalar word : words) {
      if (!known.contains(word.text())) {
        fields.error(
            word.at(),
            key,
            "OpenClaw "
                + names.version()
                + " brings no "
                + key.substring(0, key.length() - 1)
                + " "
                + Quoted.of(word.text())
                + Nearest.hint(word.text(), known));
      } else if (found.contains(word.text())) {
        fields.error(word.at(), key, Quoted.of(word.text()) + " is there twice; remove one");
      } else {
        found.add(word.text());
      }
    }
    return found;
  }

  private static List<String> texts(List<Scalar> scalars) {
    return scalars.stream().map(Scalar::text).toList();
  }
}
