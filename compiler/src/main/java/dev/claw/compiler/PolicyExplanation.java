package dev.claw.compiler;

import java.util.List;
import java.util.Locale;

/**
 * What a policy means, line by line, and who sees to it.
 *
 * @param lines grouped by section
 */
public record PolicyExplanation(List<Line> lines) {

  /** What a line is about. */
  public enum Section {
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
  }

  /** Who sees to it that a line holds. */
  public enum Enforcer {
    KERNEL,
    CGROUP,
    PODMAN,
    OPENCLAW,
    PROXY,
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
    NOT_ENFORCED("NOT ENFORCED"),
    /** Locked, and to be enforced by a part of claw that is not there yet; closed until then. */
    NOT_YET("not yet");

    private final String words;

    Status(String words) {
      this.words = words;
    }

    /** The words for it in output. */
    public String words() {
      return words;
    }
  }

  /** One rule in words. */
  public record Line(Section section, String text, Enforcer enforcer, Status status) {}

  /** Copies the list. */
  public PolicyExplanation {
    lines = List.copyOf(lines);
  }
}
