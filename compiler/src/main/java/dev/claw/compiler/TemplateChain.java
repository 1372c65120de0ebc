package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A template and those it extends, nearest first.
 *
 * @param links never empty
 */
record TemplateChain(List<Link> links) {
  /** Templates in one chain. */
  static final int LONGEST = 8;

  private static final Set<String> OWN = Set.of("apiVersion", "name", "description", "extends");
  private static final Set<String> RULES = Set.of("allow", "deny");

  /** A template as text and as a tree. */
  record Link(TemplateSource source, Mapping root) {}

  /** Finds the parent of a template; what keeps it from being found is recorded as a problem. */
  @FunctionalInterface
  private interface Parents {
    Optional<TemplateSource> find(String name, Position at, Problems problems);
  }

  /** Reads a template and looks up those it extends; empty after an error. */
  static Optional<TemplateChain> resolve(
      TemplateSource source, TemplateCatalog catalog, Problems problems) {
    return follow(
        source,
        (name, at, into) -> {
          try {
            Optional<TemplateSource> parent = catalog.find(name);
            if (parent.isEmpty()) {
              into.error(
                  at,
                  "extends: no template is called "
                      + Quoted.of(name)
                      + Nearest.hint(name, catalog.names()));
            }
            return parent;
          } catch (TemplateException e) {
            into.error(at, "extends: template " + Quoted.of(name) + " can't be read");
            into.addAll(e.problems());
            return Optional.empty();
          }
        },
        problems);
  }

  /** Reads the documents of a snapshot, each of which must be the one that the last extends. */
  static Optional<TemplateChain> resolve(TemplateSnapshot snapshot, Problems problems) {
    List<TemplateSource> sources = snapshot.chain();
    int[] next = {0};
    Optional<TemplateChain> chain =
        follow(
            sources.getFirst(),
            (name, at, into) -> {
              next[0]++;
              if (next[0] < sources.size() && sources.get(next[0]).name().equals(name)) {
                return Optional.of(sources.get(next[0]));
              }
              into.error(
                  at,
                  "extends: expected the template "
                      + Quoted.of(name)
                      + " as the next document of this file");
              return Optional.empty();
            },
            problems);
    if (chain.isPresent() && chain.get().links().size() != sources.size()) {
      problems.error(
          new Position(sources.getFirst().path(), 0, 0),
          "expected "
              + chain.get().links().size()
              + " documents, found "
              + sources.size()
              + "; remove those that nothing extends");
      return Optional.empty();
    }
    return chain;
  }

  private static Optional<TemplateChain> follow(
      TemplateSource first, Parents parents, Problems problems) {
    List<Link> links = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Optional<TemplateSource> source = Optional.of(first);
    boolean good = true;
    while (source.isPresent()) {
      Optional<Mapping> root =
          PositionedYaml.parse(source.get().path(), source.get().text(), problems);
      if (root.isEmpty()) {
        return Optional.empty();
      }
      links.add(new Link(source.get(), root.get()));
      names.add(source.get().name());
      Optional<Entry> parent = root.get().find("extends");
      if (parent.isEmpty()) {
        break;
      }
      Position at = parent.get().value().at();
      if (!(parent.get().value() instanceof Scalar scalar) || scalar.isNull()) {
        problems.error(
            at,
            "extends: expected the name of a template, found " + parent.get().value().described());
        return Optional.empty();
      }
      if (names.contains(scalar.text())) {
        problems.error(
            at,
            "extends: templates go in a circle: "
                + Quoted.visible(String.join(" → ", names) + " → " + scalar.text()));
        return Optional.empty();
      }
      if (links.size() == LONGEST) {
        problems.error(at, "extends: expected at most " + LONGEST + " templates in a row");
        return Optional.empty();
      }
      source = parents.find(scalar.text(), at, problems);
      good = source.isPresent();
    }
    return good ? Optional.of(new TemplateChain(links)) : Optional.empty();
  }

  List<TemplateSource> sources() {
    return links.stream().map(Link::source).toList();
  }

  /**
   * What the template says together with what it extends: maps merge, all else replaces. Where a
   * template opens the network it leaves the rules of those that it extends behind, since none
   * could hold.
   */
  Mapping merged() {
    Mapping merged = links.getFirst().root();
    for (Link link : links.subList(1, links.size())) {
      boolean open = isOpen(merged);
      Mapping inherited = without(link.root(), OWN);
      merged = merge(merged, open ? withoutRules(inherited) : inherited);
    }
    return merged;
  }

  private static boolean isOpen(Mapping template) {
    return template.find("network").map(Entry::value).stream()
        .filter(Mapping.class::isInstance)
        .flatMap(network -> ((Mapping) network).find("profile").stream())
        .anyMatch(
            profile ->
                profile.value() instanceof Scalar scalar
                    && scalar.text().equals(NetworkProfile.OPEN.word()));
  }

  private static Mapping withoutRules(Mapping template) {
    return new Mapping(
        template.at(),
        template.entries().stream()
            .map(
                entry ->
                    entry.key().equals("network") && entry.value() instanceof Mapping network
                        ? new Entry(entry.at(), entry.key(), without(network, RULES))
                        : entry)
            .toList());
  }

  private static Mapping without(Mapping map, Set<String> keys) {
    return new Mapping(
        map.at(), map.entries().stream().filter(entry -> !keys.contains(entry.key())).toList());
  }

  private static Mapping merge(Mapping child, Mapping parent) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    child.entries().forEach(entry -> entries.put(entry.key(), entry));
    for (Entry entry : parent.entries()) {
      entries.merge(
          entry.key(),
          entry,
          (own, theirs) ->
              own.value() instanceof Mapping mine && theirs.value() instanceof Mapping other
                  ? new Entry(own.at(), own.key(), merge(mine, other))
                  : own);
    }
    return new Mapping(child.at(), List.copyOf(entries.values()));
  }

  /** The name that a template gives itself; empty text where it gives none. */
  static String nameOf(String text) {
    return PositionedYaml.parse("", text, new Problems())
        .flatMap(root -> root.find("name"))
        .map(entry -> entry.value() instanceof Scalar scalar ? scalar.text() : "")
        .orElse("");
  }
}
