package dev.claw.supervisor;

import dev.claw.egress.Decision;
import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.EgressRequest;
import dev.claw.egress.EgressRequest.Layer;
import dev.claw.egress.EgressRules;
import dev.claw.egress.HostName;
import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the egress of an agent would say to a request, by its lock and grants; sends nothing. */
public final class EgressTrial {
  private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z-]{0,31}");
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[^\\[\\]]*]|[^:\\[\\]]+):([1-9][0-9]{0,4})");

  private final Host host;

  public EgressTrial(Host host) {
    this.host = host;
  }

  /**
   * What it would say.
   *
   * @param rule that admits it, or the grant, as text
   * @param grant its id
   * @param reason in one word, where it is denied
   * @param why a sentence's end, where it is denied
   * @param inspected whether TLS would be opened, so that the request itself is judged
   * @param command that would admit it, where there is one
   * @param notes what must hold besides for the answer to hold
   */
  public record Answer(
      AgentName agent,
      String asked,
      boolean allowed,
      Optional<String> rule,
      Optional<String> grant,
      Optional<String> reason,
      Optional<String> why,
      boolean inspected,
      Optional<String> command,
      List<String> notes) {}

  /** Rules, and what else is to be known of one agent. */
  private record Judge(
      AgentName agent,
      PolicyLock lock,
      EgressRules rules,
      Instant now,
      List<GrantStore.Broken> broken) {
    Decision decide(Layer layer, EgressRequest request) {
      return rules.decide(
          new EgressRequest(
              layer, request.host(), request.port(), request.method(), request.path(), null),
          now);
    }
  }

  /**
   * Whether an HTTP request would pass.
   *
   * @throws InvalidValueException if it is none
   */
  public Answer request(AgentName name, String method, String url)
      throws SupervisorException, InvalidValueException {
    if (!METHOD.matcher(method).matches()) {
      throw new InvalidValueException(
          "expected an HTTP method such as GET, found " + Quoted.of(method));
    }
    EgressRequest request = EgressRequest.parse(method, url);
    if (request.port() < 1 || request.port() > 65_535) {
      throw new InvalidValueException("expected a port from 1 to 65535, found " + request.port());
    }
    String asked = method + " " + url;
    Judge judge = judge(name);
    Optional<Answer> profile = byProfile(judge, asked);
    if (profile.isPresent()) {
      return profile.get();
    }
    List<String> notes = notes(judge, request);
    Decision http = judge.decide(Layer.HTTP, request);
    if (!url.toLowerCase(Locale.ROOT).startsWith("https:")) {
      return answer(judge, asked, request, http, notes);
    }
    Decision tls = judge.decide(Layer.TLS, request);
    if (tls instanceof Allowed closed && !closed.inspect()) {
      notes.add(
          "TLS stays closed: only host and port are judged, every method and path passes;"
              + " 'inspect: true' on the rule would have each request judged");
      if (http instanceof Denied denied) {
        notes.add("with inspection it would be denied: " + denied.why());
      }
      return answer(judge, asked, request, tls, notes);
    }
    if (tls instanceof Allowed) {
      notes.add(
          "this holds since TLS is inspected: the program must trust the agent's own authority");
      return answer(judge, asked, request, http, notes);
    }
    return answer(judge, asked, request, tls, notes);
  }

  /**
   * Whether a connection would pass.
   *
   * @param hostPort such as {@code github.com:22} or {@code [2001:db8::1]:443}
   * @throws InvalidValueException if it is none
   */
  public Answer connection(AgentName name, String hostPort)
      throws SupervisorException, InvalidValueException {
    Matcher matcher = AUTHORITY.matcher(hostPort);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
      throw new InvalidValueException("expected HOST:PORT, found " + Quoted.of(hostPort));
    }
    EgressRequest request =
        new EgressRequest(
            Layer.CONNECTION,
            HostName.parse(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            "",
            "",
            null);
    Judge judge = judge(name);
    Optional<Answer> profile = byProfile(judge, hostPort);
    if (profile.isPresent()) {
      return profile.get();
    }
    List<String> notes = notes(judge, request);
    Decision any = judge.decide(Layer.CONNECTION, request);
    if (!(any instanceof Allowed)) {
      return answer(judge, hostPort, request, any, notes);
    }
    Decision tls = judge.decide(Layer.TLS, request);
    Decision raw = judge.decide(Layer.RAW, request);
    if (tls instanceof Allowed allowed && allowed.inspect()) {
      notes.add("TLS is inspected: each request in it is judged; ask with METHOD and URL");
    } else if (tls instanceof Denied denied) {
      notes.add("TLS would be denied: " + denied.why());
    }
    if (raw instanceof Denied denied) {
      notes.add("protocols other than HTTP and TLS would be denied: " + denied.why());
    }
    return answer(judge, hostPort, request, any, notes);
  }

  private Judge judge(AgentName name) throws SupervisorException {
    PolicyLock lock = new Policies(host).locked(name).lock();
    GrantStore.Held held = new GrantStore(host).read(lock.agentId());
    return new Judge(
        name, lock, EgressRules.of(lock.reach(), held.grants()), held.now(), held.broken());
  }

  private static Optional<Answer> byProfile(Judge judge, String asked) {
    return switch (judge.lock().reach().profile()) {
      case ALLOWLIST -> Optional.empty();
      case OFFLINE ->
          Optional.of(
              new Answer(
                  judge.agent(),
                  asked,
                  false,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of("offline"),
                  Optional.of("its network profile is offline: it has no door"),
                  false,
                  Optional.empty(),
                  List.of()));
      case OPEN ->
          Optional.of(
              new Answer(
                  judge.agent(),
                  asked,
                  true,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  false,
                  Optional.empty(),
                  List.of("NOT ENFORCED: its network profile is open, and no rule is asked")));
    };
  }

  private static List<String> notes(Judge judge, EgressRequest request) {
    List<String> notes = new ArrayList<>();
    if (!judge.broken().isEmpty()) {
      notes.add(judge.broken().getFirst().sentence());
      notes.add("'claw egress grants " + judge.agent() + "' lists all such grants");
    }
    if (request.host().address() == null) {
      notes.add("the name was not looked up; it must lead to a public address");
    }
    return notes;
  }

  private static Answer answer(
      Judge judge, String asked, EgressRequest request, Decision decision, List<String> notes) {
    if (!decision.audited().isEmpty()) {
      notes.add("a rule that only records would have decided: " + decision.audited());
    }
    return switch (decision) {
      case Allowed allowed ->
          new Answer(
              judge.agent(),
              asked,
              true,
              Optional.of(allowed.rule()),
              Optional.of(allowed.grant()).filter(id -> !id.isEmpty()),
              Optional.empty(),
              Optional.empty(),
              allowed.inspect(),
              Optional.empty(),
              List.copyOf(notes));
      case Denied denied ->
          new Answer(
              judge.agent(),
              asked,
              false,
              Optional.empty(),
              Optional.empty(),
              Optional.of(denied.reason().name().toLowerCase(Locale.ROOT).replace('_', '-')),
              Optional.of(denied.why()),
              false,
              AllowCommand.find(
                  judge.agent(),
                  judge.lock().reach(),
                  denied.reason(),
                  request.host().text(),
                  request.port()),
              List.copyOf(notes));
    };
  }
}
