package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.compiler.YamlNode.Sequence;
import dev.claw.model.EgressRule;
import dev.claw.model.EgressRule.Program;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads one entry of {@code network_policies}: programs, and where each of them may go. */
final class OpenShellRules {
  /**
   * The rules that an entry becomes.
   *
   * @param name its key
   */
  record Named(String name, List<EgressRule> allow, List<EgressRule> deny) {
    Named {
      allow = List.copyOf(allow);
      deny = List.copyOf(deny);
    }
  }

  private final OpenShellNotes notes;

  OpenShellRules(OpenShellNotes notes) {
    this.notes = notes;
  }

  Named read(Entry policy) {
    String name = policy.key();
    String subject = "rule " + Quoted.of(name);
    if (!(policy.value() instanceof Mapping map)) {
      notes.add(
          policy.at(),
          subject + " is left out: expected a map, found " + policy.value().described());
      return new Named(name, List.of(), List.of());
    }
    boolean known = true;
    for (Entry entry : map.entries()) {
      if (!List.of("name", "endpoints", "binaries").contains(entry.key())) {
        notes.add(entry.at(), subject + " is left out: unknown key " + Quoted.of(entry.key()));
        known = false;
      }
    }
    Optional<List<Program>> programs = programs(map, policy.at(), subject);
    List<EgressRule> allow = new ArrayList<>();
    List<EgressRule> deny = new ArrayList<>();
    for (YamlNode endpoint : items(map, "endpoints", subject)) {
      OpenShellEndpoint read =
          new OpenShellEndpoint(notes, subject, programs.orElse(List.of()), allow, deny);
      read.read(endpoint);
    }
    return new Named(name, known && programs.isPresent() ? allow : List.of(), deny);
  }

  /** Empty where no program may use the rule; an empty list where any may. */
  private Optional<List<Program>> programs(Mapping map, Position at, String subject) {
    List<Program> programs = new ArrayList<>();
    boolean any = false;
    for (YamlNode item : items(map, "binaries", subject)) {
      Optional<Entry> path =
          item instanceof Mapping binary ? binary.find("path") : Optional.empty();
      if (item instanceof Mapping binary) {
        binary.entries().stream()
            .filter(entry -> !entry.key().equals("path"))
            .forEach(
                entry ->
                    notes.add(
                        entry.at(), "binaries: " + Quoted.of(entry.key()) + " has no equivalent"));
      }
      if (path.isPresent() && path.get().value() instanceof Scalar scalar) {
        if (scalar.text().equals("/**")) {
          any = true;
        } else if (isPlain(scalar.text())) {
          programs.add(new Program(scalar.text(), ""));
        } else {
          notes.add(
              scalar.at(),
              "the program "
                  + scalar.described()
                  + " is left out: a program is named by its whole path, without '*' and the like");
        }
      } else {
        notes.add(item.at(), "a program is left out: expected 'path: /usr/bin/curl'");
      }
    }
    if (any) {
      return Optional.of(List.of());
    }
    if (programs.isEmpty()) {
      notes.add(at, subject + " is left out: no program that claw can name may use it");
      return Optional.empty();
    }
    return Optional.of(programs.stream().distinct().toList());
  }

  private static boolean isPlain(String path) {
    return path.chars().allMatch(c -> c > ' ' && c < 0x7f && "*?[]{}".indexOf(c) < 0)
        && ContainerPaths.isPlain(path);
  }

  private List<YamlNode> items(Mapping map, String key, String subject) {
    Optional<Entry> entry = map.find(key);
    if (entry.isEmpty()) {
      return List.of();
    }
    if (entry.get().value() instanceof Sequence sequence) {
      return sequence.items();
    }
    if (!(entry.get().value() instanceof Scalar scalar && scalar.isNull())) {
      notes.add(
          entry.get().at(),
          subject + ": " + key + ": expected a list, found " + entry.get().value().described());
    }
    return List.of();
  }
}
