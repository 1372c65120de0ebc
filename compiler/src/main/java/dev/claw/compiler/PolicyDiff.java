package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.lock.PolicyLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What differs between two locks of an agent.
 *
 * @param changes by section and subject; empty where both say the same
 */
public record PolicyDiff(List<Change> changes) {

  /** How a subject changed. */
  public enum Kind {
    ADDED,
    REMOVED,
    CHANGED
  }

  /** What a difference means for what the agent may. */
  public enum Effect {
    PERMITS("would newly permit"),
    FORBIDS("would no longer permit"),
    /** Neither, or not to be told from the two values. */
    OTHER("changes");

    private final String words;

    Effect(String words) {
      this.words = words;
    }

    /** As a heading. */
    public String words() {
      return words;
    }
  }

  /**
   * One difference.
   *
   * @param subject such as {@code memory} or {@code mount /workspace/app}
   * @param before empty text where it was added
   * @param after empty text where it was removed
   */
  public record Change(Section section, Kind kind, String subject, String before, String after) {
    /** What it means for what the agent may. */
    public Effect effect() {
      return ChangeEffect.of(this);
    }
  }

  /** Copies the list. */
  public PolicyDiff {
    changes = List.copyOf(changes);
  }

  /** The differences; serial and digest of the lock before, which always differ, are left out. */
  public static PolicyDiff between(PolicyLock before, PolicyLock after) {
    Map<Section, Map<String, String>> old = LockFacts.of(before);
    Map<Section, Map<String, String>> now = LockFacts.of(after);
    List<Change> changes = new ArrayList<>();
    for (Section section : Section.values()) {
      Map<String, String> was = old.getOrDefault(section, Map.of());
      Map<String, String> is = now.getOrDefault(section, Map.of());
      TreeSet<String> subjects = new TreeSet<>(was.keySet());
      subjects.addAll(is.keySet());
      for (String subject : subjects) {
        String first = was.getOrDefault(subject, "");
        String second = is.getOrDefault(subject, "");
        if (!is.containsKey(subject)) {
          changes.add(new Change(section, Kind.REMOVED, subject, first, ""));
        } else if (!was.containsKey(subject)) {
          changes.add(new Change(section, Kind.ADDED, subject, "", second));
        } else if (!first.equals(second)) {
          changes.add(new Change(section, Kind.CHANGED, subject, first, second));
        }
      }
    }
    return new PolicyDiff(changes);
  }

  /** Whether both locks say the same. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** The differences with this effect. */
  public List<Change> with(Effect effect) {
    return changes.stream().filter(change -> change.effect() == effect).toList();
  }

  /** For people: a heading for each effect, then the same lines with their section. */
  public String byEffect() {
    StringBuilder out = new StringBuilder();
    for (Effect effect : Effect.values()) {
      List<Change> some = with(effect);
      out.append(some.isEmpty() ? "" : effect.words() + "\n");
      some.forEach(
          change ->
              out.append("  %-7s".formatted(change.section().word()))
                  .append(line(change).substring(1)));
    }
    return out.toString();
  }

  /** For people: a heading for each section, then {@code +}, {@code -} or {@code ~} lines. */
  public String text() {
    StringBuilder out = new StringBuilder();
    for (Section section : Section.values()) {
      boolean first = true;
      for (Change change : changes) {
        if (change.section() == section) {
          out.append(first ? "The agent " + section.words() + "\n" : "").append(line(change));
          first = false;
        }
      }
    }
    return out.toString();
  }

  private static String line(Change change) {
    return switch (change.kind()) {
      case ADDED -> "  + " + change.subject() + value(change.after()) + "\n";
      case REMOVED -> "  - " + change.subject() + value(change.before()) + "\n";
      case CHANGED ->
          "  ~ " + change.subject() + ": " + change.before() + " → " + change.after() + "\n";
    };
  }

  private static String value(String value) {
    return value.isEmpty() ? "" : ": " + value;
  }
}
