package dev.claw.compiler;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.lock.ContainerSpecJson;
import dev.claw.lock.IndentedJson;
import dev.claw.model.AgentName;
import dev.claw.model.AgentPolicy;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.CompiledPolicy.Template;
import dev.claw.model.Digest;
import dev.claw.model.EgressPolicy;
import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Quoted;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Compiles templates: reads them, adds what they extend, checks all of it, and writes the
 * artefacts. Same template and input, same bytes. Has no state; safe for several threads.
 */
public final class PolicyCompiler {
  private static final int LONGEST_DESCRIPTION = 500;

  private final OpenClawNames names = OpenClawNames.load();

  /** Compiles a template and those it extends, which are looked up in the catalog. */
  public Compilation compile(TemplateSource source, TemplateCatalog catalog, CompileInput input) {
    Problems problems = new Problems();
    Optional<TemplateChain> chain = TemplateChain.resolve(source, catalog, problems);
    if (chain.isEmpty()) {
      return new Compilation.Rejected(problems.sorted());
    }
    String text = TemplateSnapshot.of(chain.get().sources()).text();
    // What is kept must compile again, and a document in it is padded by those in front.
    if (text.getBytes(StandardCharsets.UTF_8).length > YamlText.LARGEST) {
      problems.error(
          new Position(source.path(), 0, 0),
          "expected at most 1 MiB together with the templates that it extends, found more");
      return new Compilation.Rejected(problems.sorted());
    }
    return compile(chain.get(), text, input, problems);
  }

  /** Compiles again what an agent's {@code template.yaml} holds. */
  public Compilation compile(TemplateSnapshot snapshot, CompileInput input) {
    Problems problems = new Problems();
    Optional<TemplateChain> chain = TemplateChain.resolve(snapshot, problems);
    if (chain.isEmpty()) {
      return new Compilation.Rejected(problems.sorted());
    }
    return compile(chain.get(), snapshot.text(), input, problems);
  }

  private Compilation compile(
      TemplateChain chain, String snapshot, CompileInput input, Problems problems) {
    chain.links().forEach(link -> checkHead(link.root(), problems));
    Mapping merged = chain.merged();
    Fields root = new Fields(merged, "", "", problems);
    Fields agentFields = root.section("agent");
    AgentSection agentSection = new AgentSection(agentFields, names);
    AgentPolicy agent = agentSection.read();
    ModelPolicy models =
        new ModelsSection(root.section("models"), root.section("audit"), names).read();
    EgressPolicy egress = new NetworkSection(root.section("network")).read();
    ContainerSection.Read container =
        new ContainerSection(root.section("container"), input).read(egress);
    warnOfOpen(root, egress, problems);

    ObjectNode openclaw = OpenClawConfig.from(agent, models, egress.profile());
    OpenClawOverrides overrides = new OpenClawOverrides(problems);
    addChannels(agentSection.channelSettings(), openclaw, overrides);
    agentFields.raw("openclaw").ifPresent(map -> overrides.merge(map, openclaw));
    if (problems.hasErrors()) {
      return new Compilation.Rejected(problems.sorted());
    }
    if (models.primary().isEmpty()) {
      problems.warning(
          root.at("models"),
          "models.primary is missing: the agent has no model to think with until a template names"
              + " one");
    }
    Template template = new Template(chain.links().getFirst().source().name(), Digest.of(snapshot));
    return new Compilation.Compiled(
        new CompiledPolicy(
            template,
            agent,
            models,
            egress,
            container.spec(),
            input.versions(),
            snapshot,
            IndentedJson.text(openclaw),
            ContainerSpecJson.write(container.spec()),
            container.seccompJson()),
        problems.sorted());
  }

  private static void addChannels(
      Map<String, YamlNode> settings, ObjectNode openclaw, OpenClawOverrides overrides) {
    if (settings.isEmpty()) {
      return;
    }
    ObjectNode channels = openclaw.putObject("channels");
    settings.forEach(
        (name, node) -> {
          if (overrides.json(node, "agent.channels." + name) instanceof ObjectNode channel) {
            if (!channel.has("enabled")) {
              channel.put("enabled", true);
            }
            channels.set(name, channel);
          }
        });
  }

  private static void warnOfOpen(Fields root, EgressPolicy egress, Problems problems) {
    if (egress.profile() == NetworkProfile.OPEN) {
      Fields network =
          new Fields(root.raw("network").orElseThrow(), "network", "network", problems);
      network.warning(
          network.at("profile"),
          "profile",
          "open is NOT ENFORCED: the agent reaches all that you can reach, your own machine and"
              + " network included");
    }
  }

  /** What each template says of itself. */
  private static void checkHead(Mapping root, Problems problems) {
    Fields fields = new Fields(root, "", "", problems);
    Map<String, String> versions = Map.of(Defaults.API_VERSION, Defaults.API_VERSION);
    if (!fields.has("apiVersion")) {
      fields.missing("apiVersion", "apiVersion: " + Defaults.API_VERSION);
    }
    fields.word("apiVersion", versions);
    if (!fields.has("name")) {
      fields.missing("name", "name: coder");
    }
    Optional<Scalar> name = fields.text("name", "a name");
    if (name.isPresent()) {
      try {
        AgentName.parse(name.get().text());
      } catch (InvalidValueException e) {
        fields.error(name.get().at(), "name", e.getMessage());
      }
    }
    fields
        .text("description", "a text")
        .filter(description -> description.text().length() > LONGEST_DESCRIPTION)
        .ifPresent(
            description ->
                fields.error(
                    description.at(),
                    "description",
                    "expected at most "
                        + LONGEST_DESCRIPTION
                        + " characters, found "
                        + Quoted.of(description.text())));
  }
}
