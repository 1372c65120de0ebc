package dev.claw.supervisor;

import dev.claw.audit.AuditTail;
import dev.claw.egress.Decision;
import dev.claw.egress.EgressRequest;
import dev.claw.egress.EgressRequest.Layer;
import dev.claw.egress.EgressRules;
import dev.claw.egress.Grant;
import dev.claw.egress.HostName;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.InvalidValueException;
import dev.claw.model.NetworkProfile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What an agent was denied and what would still be denied, folded. */
public final class PendingDenials {
  /** Most that are told apart; of more the newest are kept. */
  public static final int MOST = 1000;

  private final Host host;

  public PendingDenials(Host host) {
    this.host = host;
  }

  /**
   * Denials that are alike.
   *
   * @param host as the agent wrote it
   * @param port empty where only the name was asked for
   * @param reason in one word
   * @param last when the newest fell, as are method, path, program and why
   * @param rule that would admit it, as a template writes it
   * @param command that would admit it for a while; empty where there is none
   */
  public record Pending(
      String host,
      Optional<Long> port,
      String reason,
      long count,
      Instant last,
      Optional<String> method,
      Optional<String> path,
      Optional<String> program,
      String why,
      Optional<String> rule,
      Optional<String> command) {}

  /**
   * What was found, the newest first.
   *
   * @param more whether there were older ones that are left out
   * @param broken sentences about grants in claw.db that admit nothing
   */
  public record Found(List<Pending> denials, boolean more, List<String> broken) {}

  private record Fold(String host, Optional<Long> port, String reason) {}

  private record Counted(EgressEntry last, long count) {}

  /** Denials that neither the lock nor a live grant would admit today, and no rule forbids. */
  public Found find(AgentName name) throws SupervisorException {
    PolicyLock lock = new Policies(host).locked(name).lock();
    GrantStore.Held held = new GrantStore(host).read(lock.agentId());
    EgressRules rules = EgressRules.of(lock.reach(), held.grants());
    boolean[] more = {false};
    Map<Fold, Counted> folds = new LinkedHashMap<>();
    AuditTail tail = new AuditTail(new AuditLogs(host).chain(Optional.of(name)).path());
    EgressLog.read(
        tail,
        entry -> {
          if (lock.reach().profile() != NetworkProfile.OPEN
              && isPolicy(entry)
              && !isAdmitted(entry, rules, held.now())
              && !isForbidden(entry, lock.reach())) {
            Fold fold = new Fold(entry.host().orElse(""), entry.port(), entry.reason().orElse(""));
            Counted before = folds.remove(fold);
            long count = Math.addExact(entry.count(), before == null ? 0 : before.count());
            folds.put(fold, new Counted(entry, count));
            if (folds.size() > MOST) {
              folds.remove(folds.keySet().iterator().next());
              more[0] = true;
            }
          }
        });
    List<Pending> denials = new ArrayList<>();
    folds.forEach((fold, counted) -> denials.add(pending(name, lock, fold, counted)));
    return new Found(
        List.copyOf(denials.reversed()),
        more[0],
        held.broken().stream().map(GrantStore.Broken::sentence).toList());
  }

  /** Whether a rule could change it; a host that did not answer is no denial to be lifted. */
  private static boolean isPolicy(EgressEntry entry) {
    return entry.decision().equals("denied")
        && !entry.kind().equals("model")
        && reason(entry)
            .map(
                reason ->
                    switch (reason) {
                      case NO_RULE, DENY_RULE, METHOD, PATH, PROGRAM, PROTOCOL, ADDRESS -> true;
                      default -> false;
                    })
            .orElse(false);
  }

  private static Optional<Decision.Reason> reason(EgressEntry entry) {
    String word = entry.reason().orElse("").toUpperCase(Locale.ROOT);
    for (Decision.Reason reason : Decision.Reason.values()) {
      if (reason.name().equals(word)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  /** Whether the policy's own {@code deny} covers it, so that somebody has decided already. */
  private static boolean isForbidden(EgressEntry entry, EgressPolicy policy) {
    try {
      int port = entry.port().map(Long::intValue).orElse(Grants.HTTPS);
      Grant grant = Grant.parse("pending", entry.host().orElse(""), List.of(port), Instant.EPOCH);
      return GrantCheck.denied(policy, grant).isPresent();
    } catch (InvalidValueException e) {
      return false;
    }
  }

  private static boolean isAdmitted(EgressEntry entry, EgressRules rules, Instant now) {
    Optional<Decision.Reason> reason = reason(entry);
    if (reason.equals(Optional.of(Decision.Reason.ADDRESS))) {
      return false; // whether a name still leads there nobody knows without asking
    }
    try {
      String written = entry.host().orElse("");
      HostName name = HostName.parse(written.contains(":") ? "[" + written + "]" : written);
      if (entry.port().isEmpty()) {
        return rules.admitsName(name, now);
      }
      Layer layer =
          entry.kind().equals("request")
              ? Layer.HTTP
              : reason.equals(Optional.of(Decision.Reason.PROTOCOL)) ? Layer.RAW : Layer.CONNECTION;
      EgressRequest request =
          new EgressRequest(
              layer,
              name,
              entry.port().get().intValue(),
              entry.method().orElse(""),
              entry.path().orElse(""),
              entry.program().map(path -> new EgressRule.Program(path, "")).orElse(null));
      return rules.decide(request, now) instanceof Decision.Allowed;
    } catch (InvalidValueException e) {
      return false;
    }
  }

  private static Pending pending(AgentName agent, PolicyLock lock, Fold fold, Counted counted) {
    EgressEntry last = counted.last();
    // Where only a name was asked for there is none.
    int port = fold.port().map(Long::intValue).orElse(Grants.HTTPS);
    Optional<String> command =
        reason(last).flatMap(r -> AllowCommand.find(agent, lock.reach(), r, fold.host(), port));
    // Only a host that is one stands in a rule; then the text is ASCII without quotes.
    Optional<String> rule =
        command.map(
            found ->
                "{host: "
                    + (fold.host().contains(":") ? "\"" + fold.host() + "\"" : fold.host())
                    + ", ports: ["
                    + port
                    + "]}");
    return new Pending(
        fold.host(),
        fold.port(),
        fold.reason().replace('_', '-'),
        counted.count(),
        last.time(),
        last.method(),
        last.path(),
        last.program(),
        last.why().orElse(""),
        rule,
        command);
  }
}
