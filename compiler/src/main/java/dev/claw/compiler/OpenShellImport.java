package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.compiler.YamlNode.Sequence;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a policy of NVIDIA OpenShell, version 1, into a template. The template never admits a
 * request that the policy's rules would refuse: what narrows a rule and has no equivalent here
 * takes the rule with it, and is named.
 */
public sealed interface OpenShellImport {
  /**
   * What came of it.
   *
   * @param template a whole template, which compiles
   * @param notes what has no equivalent, by place; nothing of it is in the template
   */
  record Imported(String template, List<Problem> notes) implements OpenShellImport {
    /** Copies the list. */
    public Imported {
      notes = List.copyOf(notes);
    }
  }

  /**
   * It is no such policy.
   *
   * @param problems why; never empty
   */
  record Rejected(List<Problem> problems) implements OpenShellImport {
    /** Copies the list. */
    public Rejected {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads a policy.
   *
   * @param source whose path messages name
   * @param name of the template
   */
  static OpenShellImport of(TemplateSource source, String name) {
    Problems problems = new Problems();
    Optional<Mapping> root = PositionedYaml.parse(source.path(), source.text(), problems);
    if (root.isEmpty() || problems.hasErrors()) {
      return new Rejected(problems.sorted());
    }
    OpenShellNotes notes = new OpenShellNotes();
    List<OpenShellRules.Named> rules = new ArrayList<>();
    checkVersion(root.get(), problems);
    for (Entry entry : root.get().entries()) {
      switch (entry.key()) {
        case "version" -> {}
        case "network_policies" -> rules.addAll(policies(entry.value(), notes, problems));
        case "filesystem_policy" -> noteFiles(entry, notes);
        case "landlock" ->
            notes.add(entry.at(), "landlock: a container's own mounts take its place");
        case "process" ->
            notes.add(
                entry.at(), "process: an agent always runs with your uid, without privileges");
        case "network_middlewares" ->
            notes.add(
                entry.at(),
                "network_middlewares: what they would change or block passes here as it is");
        default -> notes.add(entry.at(), Quoted.of(entry.key()) + " has no equivalent");
      }
    }
    if (problems.hasErrors()) {
      return new Rejected(problems.sorted());
    }
    if (rules.stream().allMatch(named -> named.allow().isEmpty())) {
      notes.add(root.get().at(), "no rule admits anything, and so neither does the template");
    }
    return new Imported(OpenShellTemplate.text(name, rules), notes.sorted());
  }

  private static void checkVersion(Mapping root, Problems problems) {
    boolean one =
        root.find("version")
            .filter(
                entry ->
                    entry.value() instanceof Scalar(var at, var text, var plain)
                        && plain
                        && text.equals("1"))
            .isPresent();
    if (!one) {
      problems.error(
          root.find("version").map(Entry::at).orElse(root.at()),
          "expected an OpenShell policy with 'version: 1', found "
              + root.find("version").map(entry -> entry.value().described()).orElse("no version"));
    }
  }

  private static List<OpenShellRules.Named> policies(
      YamlNode node, OpenShellNotes notes, Problems problems) {
    List<OpenShellRules.Named> named = new ArrayList<>();
    if (node instanceof Mapping policies) {
      OpenShellRules rules = new OpenShellRules(notes);
      policies.entries().forEach(policy -> named.add(rules.read(policy)));
    } else if (!(node instanceof Scalar scalar && scalar.isNull())) {
      problems.error(
          node.at(), "network_policies: expected a map of rules, found " + node.described());
    }
    int all = named.stream().mapToInt(some -> some.allow().size() + some.deny().size()).sum();
    if (all > NetworkSection.MOST_RULES) {
      problems.error(
          node.at(),
          "network_policies: expected at most "
              + NetworkSection.MOST_RULES
              + " rules when written out, found "
              + all
              + "; split the policy");
    }
    return named;
  }

  private static void noteFiles(Entry entry, OpenShellNotes notes) {
    Set<String> covered = Set.of("/tmp", "/dev/null");
    if (!(entry.value() instanceof Mapping files)) {
      notes.add(entry.at(), "filesystem_policy has no equivalent");
      return;
    }
    for (Entry file : files.entries()) {
      switch (file.key()) {
        case "read_only" ->
            notes.add(
                file.at(),
                "read_only: an agent reads all of its image and nothing of the host; what more it"
                    + " may see stands in container.mounts");
        case "read_write" -> {
          List<YamlNode> paths = file.value() instanceof Sequence list ? list.items() : List.of();
          for (YamlNode path : paths) {
            if (!(path instanceof Scalar scalar && covered.contains(scalar.text()))) {
              notes.add(
                  path.at(),
                  "read_write: "
                      + path.described()
                      + " is not writable; an agent writes to /workspace, /state, /logs and /tmp");
            }
          }
        }
        case "include_workdir" ->
            notes.add(file.at(), "include_workdir: an agent's own /workspace takes its place");
        default -> notes.add(file.at(), Quoted.of(file.key()) + " has no equivalent");
      }
    }
  }
}
