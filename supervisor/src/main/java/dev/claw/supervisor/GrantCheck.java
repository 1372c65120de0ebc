package dev.claw.supervisor;

import dev.claw.egress.Grant;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Whether a grant would admit anything at all. */
final class GrantCheck {
  private static final Set<String> INWARD = Set.of("localhost", "metadata.google.internal");

  private GrantCheck() {}

  /**
   * The rule in {@code deny} that leaves nothing of a grant on one of its ports; empty where there
   * is none. Rules that only look at methods, paths or programs leave something.
   */
  static Optional<String> denied(EgressPolicy policy, Grant grant) {
    for (EgressRule rule : policy.deny()) {
      boolean whole =
          !rule.audit()
              && rule.methods().isEmpty()
              && rule.paths().isEmpty()
              && rule.programs().isEmpty();
      if (whole && covers(rule.host(), grant.host())) {
        Optional<Integer> port = grant.ports().stream().filter(rule.ports()::contains).findFirst();
        if (port.isPresent()) {
          return Optional.of("deny " + rule.host() + ":" + port.get());
        }
      }
    }
    return Optional.empty();
  }

  /** Whether every host that one pattern stands for is one that the other stands for. */
  static boolean covers(String wide, String narrow) {
    if (wide.equals(narrow)) {
      return true;
    }
    String base = narrow.replaceFirst("^\\*{1,2}\\.", "");
    boolean wildcard = !base.equals(narrow);
    if (wide.startsWith("**.")) {
      String tail = wide.substring(2);
      return base.endsWith(tail) || (wildcard && base.equals(tail.substring(1)));
    }
    if (wide.startsWith("*.") && !wildcard) {
      int dot = base.indexOf('.');
      return dot > 0 && base.substring(dot).equals(wide.substring(1));
    }
    return false;
  }

  /**
   * Refuses names that lead to addresses which only a grant of the address itself admits.
   *
   * @throws InvalidValueException saying so
   */
  static void refuseUseless(String host) throws InvalidValueException {
    String base = host.replaceFirst("^\\*{1,2}\\.", "");
    if (INWARD.contains(base) || base.endsWith(".localhost")) {
      throw new InvalidValueException(
          "the name "
              + Quoted.of(host)
              + " leads to this machine or its cloud, and no name is let there; name the address"
              + " itself, such as "
              + (base.endsWith("internal") ? "169.254.169.254" : "127.0.0.1"));
    }
  }

  /** The ASCII form of a name that is written in other letters, to be looked at and typed. */
  static String hint(String pattern) {
    if (pattern.length() > 253 || pattern.chars().allMatch(c -> c < 0x80)) {
      return "";
    }
    try {
      String ascii = IDN.toASCII(pattern, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
      return "; its ASCII form is " + Quoted.of(ascii) + ", check that it is the host you mean";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
