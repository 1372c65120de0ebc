package dev.claw.egress;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressRequest.Layer;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one agent with its grants. Immutable; a change of either makes another one. What no
 * rule admits is denied, and a rule in {@code deny} wins over all others, grants included.
 */
public final class EgressRules {
  private final RuleIndex allow;
  private final RuleIndex deny;

  private EgressRules(RuleIndex allow, RuleIndex deny) {
    this.allow = allow;
    this.deny = deny;
  }

  /** Rules of a policy and what is granted beside it. The policy's profile has no say here. */
  public static EgressRules of(EgressPolicy policy, List<Grant> grants) {
    List<RuleEntry> allow = new ArrayList<>();
    policy.allow().forEach(rule -> allow.add(RuleEntry.allow(rule)));
    grants.forEach(grant -> allow.add(RuleEntry.grant(grant)));
    return new EgressRules(
        new RuleIndex(allow), new RuleIndex(policy.deny().stream().map(RuleEntry::deny).toList()));
  }

  /** What the rules say at an instant, which ends grants. */
  public Decision decide(EgressRequest request, Instant now) {
    List<RuleEntry> denying = deny.find(request.host());
    List<RuleEntry> allowing = allow.find(request.host());
    if (allowing.isEmpty() && denying.isEmpty()) {
      return new Denied(Reason.NO_RULE, noRule(request));
    }
    RequestPath path = path(request);
    boolean inspect = inspects(allowing, request, now) || inspects(denying, request, now);
    String audited = "";
    for (RuleEntry entry : denying) {
      if (denies(entry, request, path, inspect)) {
        if (!entry.rule().audit()) {
          return new Denied(Reason.DENY_RULE, deniedBy(entry), audited);
        }
        audited = audited.isEmpty() ? entry.text() : audited;
      }
    }
    Reason nearest = Reason.NO_RULE;
    for (RuleEntry entry : allowing) {
      Reason missing = missing(entry, request, path, now);
      if (missing == null && entry.rule().audit()) {
        audited = audited.isEmpty() ? entry.text() : audited;
      } else if (missing == null) {
        return new Allowed(entry.text(), entry.grant(), inspect, audited);
      } else if (missing.compareTo(nearest) > 0 && !entry.rule().audit()) {
        nearest = missing;
      }
    }
    return new Denied(nearest, why(nearest, request, path), audited);
  }

  /** Whether some rule lets a program use the name at all, so that it has a right to exist. */
  public boolean admitsName(HostName name, Instant now) {
    List<RuleEntry> denying = deny.find(name);
    for (RuleEntry entry : allow.find(name)) {
      if (entry.rule().audit() || !entry.holdsAt(now)) {
        continue;
      }
      for (int port : entry.rule().ports()) {
        if (denying.stream().noneMatch(d -> deniesWhole(d, port))) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Why an admitted request may not go to an address that its host leads to; empty where it may. A
   * {@code deny} of the address holds whatever the name. An address that is not public must be
   * admitted itself, with all that its own rules want of the request.
   */
  Optional<Denied> refusal(
      EgressRequest request, Allowed admitted, InetAddress address, Instant now) {
    EgressRequest there = request.to(HostName.of(address));
    String leads = request.host() + " is " + there.host();
    Optional<String> kind = AddressVetting.refusal(address);
    if (kind.isEmpty()) {
      return denying(there, admitted.inspect())
          .map(entry -> new Denied(Reason.DENY_RULE, leads + ", and " + deniedBy(entry)));
    }
    String special = leads + ", a " + kind.get() + " address";
    return switch (decide(there, now)) {
      case Denied denied when denied.reason() == Reason.DENY_RULE ->
          Optional.of(new Denied(Reason.DENY_RULE, special + ", and " + denied.why()));
      case Denied denied when denied.reason() == Reason.NO_RULE ->
          Optional.of(new Denied(Reason.ADDRESS, special + " that no rule names itself"));
      case Denied denied -> Optional.of(new Denied(Reason.ADDRESS, special + ": " + denied.why()));
      case Allowed allowed when allowed.inspect() && stayedClosed(request, admitted) ->
          Optional.of(new Denied(Reason.ADDRESS, special + " whose rules look inside TLS"));
      case Allowed allowed -> Optional.empty();
    };
  }

  private static boolean stayedClosed(EgressRequest request, Allowed admitted) {
    return request.layer() == Layer.TLS && !admitted.inspect();
  }

  private Optional<RuleEntry> denying(EgressRequest request, boolean inspect) {
    List<RuleEntry> denying = deny.find(request.host());
    if (denying.isEmpty()) {
      return Optional.empty();
    }
    RequestPath path = path(request);
    return denying.stream()
        .filter(entry -> !entry.rule().audit() && denies(entry, request, path, inspect))
        .findFirst();
  }

  private static RequestPath path(EgressRequest request) {
    return request.layer() == Layer.HTTP
        ? RequestPath.parse(request.path())
        : new RequestPath.Ambiguous("");
  }

  private static String deniedBy(RuleEntry entry) {
    return "the policy denies it by '" + entry.text() + "'";
  }

  private static boolean deniesWhole(RuleEntry entry, int port) {
    EgressRule rule = entry.rule();
    return entry.hasPort(port)
        && !rule.audit()
        && !entry.looksInside()
        && rule.programs().isEmpty();
  }

  private static boolean inspects(List<RuleEntry> entries, EgressRequest request, Instant now) {
    for (RuleEntry entry : entries) {
      if (entry.rule().inspect() && entry.hasPort(request.port()) && entry.holdsAt(now)) {
        return true;
      }
    }
    return false;
  }

  private static boolean denies(
      RuleEntry entry, EgressRequest request, RequestPath path, boolean inspect) {
    if (!entry.hasPort(request.port()) || !entry.hasProgram(request.program())) {
      return false;
    }
    return switch (request.layer()) {
      case HTTP -> entry.hasMethod(request.method()) && entry.hasPath(path);
      // Each request will be judged, or nothing ever is: then the rule holds on host and port.
      case CONNECTION -> !entry.looksInside();
      case TLS -> !(entry.looksInside() && inspect);
      case RAW -> true;
    };
  }

  /** What the rule wants and the request lacks; null where the rule admits the request. */
  private static @Nullable Reason missing(
      RuleEntry entry, EgressRequest request, RequestPath path, Instant now) {
    if (!entry.hasPort(request.port()) || !entry.holdsAt(now)) {
      return Reason.NO_RULE;
    }
    if (!entry.hasProgram(request.program())) {
      return Reason.PROGRAM;
    }
    return switch (request.layer()) {
      case CONNECTION -> null;
      // On 443 the compiler has warned that host and port alone hold; elsewhere nobody was told.
      case TLS ->
          entry.looksInside() && !entry.rule().inspect() && request.port() != 443
              ? Reason.PROTOCOL
              : null;
      case RAW -> entry.looksInside() || entry.rule().inspect() ? Reason.PROTOCOL : null;
      case HTTP ->
          !entry.hasMethod(request.method())
              ? Reason.METHOD
              : entry.hasPath(path) ? null : Reason.PATH;
    };
  }

  private static String noRule(EgressRequest request) {
    return "no rule admits " + request.host().inAuthority() + " on port " + request.port();
  }

  private static String why(Reason reason, EgressRequest request, RequestPath path) {
    return switch (reason) {
      case METHOD -> "no rule for " + request.host() + " admits the method " + request.method();
      case PATH ->
          path instanceof RequestPath.Ambiguous ambiguous
              ? ambiguous.why() + ", and the rules for " + request.host() + " have paths"
              : "no rule for " + request.host() + " admits this path";
      case PROGRAM -> "the rules for " + request.host() + " are for other programs";
      case PROTOCOL ->
          "the rules for "
              + request.host()
              + " look into requests, which this connection does not show";
      default -> noRule(request);
    };
  }

  /** When the next grant ends, so that its connections can be looked at again. */
  static Optional<Instant> nextEnd(List<Grant> grants, Instant now) {
    return grants.stream().map(Grant::until).filter(now::isBefore).min(Instant::compareTo);
  }
}
