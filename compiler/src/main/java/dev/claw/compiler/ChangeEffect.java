package dev.claw.compiler;

import dev.claw.compiler.PolicyDiff.Change;
import dev.claw.compiler.PolicyDiff.Effect;
import dev.claw.compiler.PolicyDiff.Kind;
import dev.claw.model.ByteSize;
import dev.claw.model.InvalidValueException;
import java.math.BigDecimal;
import java.util.List;

/** Judges whether a difference of two locks gives an agent more or less. */
final class ChangeEffect {
  private static final List<String> NETWORKS = List.of("offline", "allowlist", "open");
  private static final List<String> RUNNING = List.of("deny", "allowlist", "ask", "auto", "full");
  private static final List<String> FILTERS = List.of("strict", "default");

  // What an agent has or has not; that there is one more of them is more that it may.
  private static final List<String> GIVEN =
      List.of("tool ", "skill ", "plugin ", "channel ", "mount ", "secret ", "provider ", "model ");
  private static final List<String> AMOUNTS =
      List.of(
          "memory",
          "tmp",
          "cpus",
          "pids",
          "nofile",
          "requests per minute",
          "bytes per day",
          "model tokens per day");

  private ChangeEffect() {}

  static Effect of(Change change) {
    String subject = change.subject();
    if (AMOUNTS.contains(subject)) {
      return amounts(change);
    }
    return switch (subject) {
      // By itself it says nothing: which tools there are is listed one by one.
      case "tool profile" -> Effect.OTHER;
      case "network" -> steps(change, NETWORKS);
      case "running programs" -> steps(change, RUNNING);
      case "seccomp" -> steps(change, FILTERS);
      default -> {
        if (subject.startsWith("allow ")) {
          yield rule(change);
        }
        if (subject.startsWith("deny ")) {
          yield opposite(rule(change));
        }
        if (GIVEN.stream().anyMatch(subject::startsWith)) {
          yield given(change);
        }
        yield Effect.OTHER;
      }
    };
  }

  private static Effect given(Change change) {
    return switch (change.kind()) {
      case ADDED -> Effect.PERMITS;
      case REMOVED -> Effect.FORBIDS;
      case CHANGED -> mode(change);
    };
  }

  /** A mount of the same folder that becomes writable, or no longer is. */
  private static Effect mode(Change change) {
    if (change.before().equals(readOnly(change.after()))) {
      return Effect.PERMITS;
    }
    return change.after().equals(readOnly(change.before())) ? Effect.FORBIDS : Effect.OTHER;
  }

  private static String readOnly(String mount) {
    return mount.endsWith(" rw") ? mount.substring(0, mount.length() - 2) + "ro" : "";
  }

  /** As for a rule that admits. One that only records decides nothing. */
  private static Effect rule(Change change) {
    boolean was = change.kind() != Kind.ADDED && decides(change.before());
    boolean is = change.kind() != Kind.REMOVED && decides(change.after());
    if (was == is) {
      boolean inspected = change.before().startsWith("inspected");
      boolean other = inspected == change.after().startsWith("inspected");
      // Without a look inside, methods and paths do not hold over https, and any protocol passes.
      return !was || other ? Effect.OTHER : inspected ? Effect.PERMITS : Effect.FORBIDS;
    }
    return is ? Effect.PERMITS : Effect.FORBIDS;
  }

  private static boolean decides(String value) {
    return !value.endsWith("audit only");
  }

  private static Effect opposite(Effect effect) {
    return switch (effect) {
      case PERMITS -> Effect.FORBIDS;
      case FORBIDS -> Effect.PERMITS;
      case OTHER -> Effect.OTHER;
    };
  }

  private static Effect steps(Change change, List<String> upwards) {
    int before = upwards.indexOf(change.before());
    int after = upwards.indexOf(change.after());
    return before < 0 || after < 0 ? Effect.OTHER : compared(Integer.compare(after, before));
  }

  private static Effect amounts(Change change) {
    boolean without = change.before().equals("unbounded");
    if (without || change.after().equals("unbounded")) {
      return without ? Effect.FORBIDS : Effect.PERMITS;
    }
    return compared(number(change.after()).compareTo(number(change.before())));
  }

  private static BigDecimal number(String text) {
    try {
      return text.endsWith("B")
          ? BigDecimal.valueOf(ByteSize.parse(text).bytes())
          : new BigDecimal(text);
    } catch (InvalidValueException e) {
      throw new IllegalStateException("a lock's own size can't be read: " + text, e);
    }
  }

  private static Effect compared(int sign) {
    return sign > 0 ? Effect.PERMITS : sign < 0 ? Effect.FORBIDS : Effect.OTHER;
  }
}
