package dev.claw.compiler;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.PolicyLock;
import dev.claw.model.ContainerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a policy means, line by line, and who sees to it. Made from the lock and the container spec,
 * since these hold, whatever became of the template.
 *
 * @param lines grouped by section
 */
public record PolicyExplanation(List<Line> lines) {

  /** What a line is about. */
  public enum Section {
    ORIGIN("is made from"),
    DECIDE("may decide"),
    TOUCH("can touch"),
    REACH("can reach"),
    MODELS("thinks with");

    private final String words;

    Section(String words) {
      this.words = words;
    }

    /** As the end of a heading: The agent … */
    public String words() {
      return words;
    }

    /** The word for it in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Who sees to it that a line holds. */
  public enum Enforcer {
    KERNEL,
    CGROUP,
    PODMAN,
    OPENCLAW,
    PROXY,
    /** The model broker, which is part of the proxy. */
    BROKER,
    NOBODY;

    /** The word for it in output. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether a line holds. */
  public enum Status {
    ENFORCED("enforced"),
    /** The agent is told and may do otherwise. */
    ADVISORY("advisory"),
    NOT_ENFORCED("NOT ENFORCED");

    private final String words;

    Status(String words) {
      this.words = words;
    }

    /** The words for it in output. */
    public String words() {
      return words;
    }
  }

  /**
   * One rule in words.
   *
   * @param text a sentence, fit for a terminal
   */
  public record Line(Section section, String text, Enforcer enforcer, Status status) {}

  /** Copies the list. */
  public PolicyExplanation {
    lines = List.copyOf(lines);
  }

  /**
   * Explains a policy.
   *
   * @param missingControllers cgroup controllers that this host does not delegate, of {@code
   *     memory}, {@code cpu} and {@code pids}
   */
  public static PolicyExplanation of(
      PolicyLock lock, ContainerSpec spec, Set<String> missingControllers) {
    List<Line> lines = new ArrayList<>();
    lines.addAll(DecideLines.of(lock.decide(), OpenClawNames.load()));
    lines.addAll(TouchLines.of(spec, missingControllers));
    lines.addAll(ReachLines.of(lock.reach()));
    lines.addAll(ModelLines.of(lock.models(), lock.reach()));
    return new PolicyExplanation(lines);
  }

  /** For people: sections with a line for each rule, who enforces it in front. */
  public String text() {
    return ExplanationText.of(this);
  }

  /**
   * For a telephone: what the agent can reach and thinks with, and all that nobody enforces, a line
   * each.
   */
  public String inShort() {
    StringBuilder text = new StringBuilder();
    int left = 0;
    for (Line line : lines) {
      if (line.section() == Section.REACH
          || line.section() == Section.MODELS
          || line.status() == Status.NOT_ENFORCED) {
        text.append("- ").append(line.text());
        if (line.status() != Status.ENFORCED) {
          text.append(" (").append(line.status().words()).append(')');
        }
        text.append('\n');
      } else {
        left++;
      }
    }
    return text.append(left).append(" more lines: claw policy explain\n").toString();
  }

  /** For programs: an object with the array {@code lines}. */
  public ObjectNode json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode array = root.putArray("lines");
    for (Line line : lines) {
      array
          .addObject()
          .put("section", line.section().word())
          .put("text", line.text())
          .put("enforcer", line.enforcer().word())
          .put("status", line.status().name().toLowerCase(Locale.ROOT));
    }
    return root;
  }
}
