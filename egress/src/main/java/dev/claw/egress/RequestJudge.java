package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.egress.EgressRequest.Layer;
import dev.claw.model.InvalidValueException;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Judges the requests of one connection, each for itself; what it says is on record by then. */
final class RequestJudge {
  /** What is to be done about a request. */
  sealed interface Verdict {
    /** Nobody waits for it any more. */
    default void drop() {}

    /**
     * It is answered with why.
     *
     * @param last whether nothing behind it can be taken for a request
     */
    record Refused(Authority authority, Denied denied, boolean last) implements Verdict {}

    /** It goes to one of these addresses. */
    record Forward(RequestTarget.Agreed target, List<InetAddress> addresses) implements Verdict {}

    /** It is a CONNECT; with a connection where there is one already. */
    record Tunnel(Authority authority, ConnectJudge.@Nullable Connected connected)
        implements Verdict {
      @Override
      public void drop() {
        if (connected != null) {
          connected.channel().close();
        }
      }
    }
  }

  private final Client client;
  private final Gate gate;
  private final TargetReader targets;
  private final HostSide host;

  RequestJudge(Client client, TargetReader targets, HostSide host) {
    this.client = client;
    this.gate = new Gate(client);
    this.targets = targets;
    this.host = host;
  }

  void judge(HttpRequest request, Consumer<Verdict> then) {
    if (targets.isConnect(request)) {
      connect(request, then);
      return;
    }
    switch (targets.read(request)) {
      case RequestTarget.Refused refused ->
          refuse(request, targets.fallback(), refused.reason(), refused.why(), false, then);
      case RequestTarget.Agreed agreed -> {
        Optional<String> override = HeaderRules.override(request.headers());
        if (request.method().equals(HttpMethod.CONNECT)) {
          malformed(request, agreed, "CONNECT is for a proxy", then);
        } else if (override.isPresent()) {
          String why = "the header " + override.get() + " may make another request of it";
          malformed(request, agreed, why, then);
        } else {
          judge(request, agreed, then);
        }
      }
    }
  }

  private void malformed(
      HttpRequest request, RequestTarget.Agreed target, String why, Consumer<Verdict> then) {
    refuse(request, target.authority(), Reason.MALFORMED_REQUEST, why, false, then);
  }

  private void judge(HttpRequest request, RequestTarget.Agreed target, Consumer<Verdict> then) {
    EgressRequest asked = asked(request, target);
    List<InetAddress> vetted = host.vetted(target.authority());
    Consumer<Passage> passed =
        passage ->
            then.accept(
                switch (passage) {
                  case Passage.Shut shut ->
                      new Verdict.Refused(target.authority(), shut.denied(), false);
                  case Passage.Open open -> new Verdict.Forward(target, open.addresses());
                });
    if (vetted == null) {
      gate.judge(Kind.HTTP, asked, passed);
    } else {
      gate.judgeAgain(Kind.HTTP, asked, vetted, passed);
    }
  }

  private void connect(HttpRequest request, Consumer<Verdict> then) {
    Authority authority;
    try {
      authority = Authority.parse(request.uri(), 0);
    } catch (InvalidValueException e) {
      refuse(request, targets.fallback(), Reason.MALFORMED_HOST, e.getMessage(), true, then);
      return;
    }
    new ConnectJudge(client, gate)
        .judge(
            authority,
            outcome ->
                then.accept(
                    outcome.denied() == null
                        ? new Verdict.Tunnel(authority, outcome.connected())
                        : new Verdict.Refused(authority, outcome.denied(), true)));
  }

  private void refuse(
      HttpRequest request,
      Authority authority,
      Reason reason,
      String why,
      boolean last,
      Consumer<Verdict> then) {
    Denied denied = new Denied(reason, why);
    gate.deny(
        Kind.HTTP,
        asked(authority, request.method().name(), request.uri()),
        denied,
        shut -> then.accept(new Verdict.Refused(authority, denied, last)));
  }

  /** Puts on record that what came is no request. */
  void malformed(Denied denied, Runnable then) {
    EgressRequest asked = asked(targets.fallback(), "", "");
    gate.deny(Kind.HTTP, asked, denied, shut -> then.run());
  }

  /** Puts on record that an admitted request could not be sent. */
  void unsent(HttpRequest request, RequestTarget.Agreed target, Denied denied, Runnable then) {
    gate.unsent(Kind.HTTP, asked(request, target), denied, shut -> then.run());
  }

  /** Puts on record that there was no request, since the program did not want our TLS. */
  void untrusted(Consumer<String> then) {
    String why =
        "the program did not take a certificate of the agent's authority; it may pin the host's"
            + " own";
    EgressRequest asked = asked(targets.fallback(), "", "");
    gate.deny(Kind.TLS, asked, new Denied(Reason.CERTIFICATE, why), shut -> then.accept(why));
  }

  private EgressRequest asked(HttpRequest request, RequestTarget.Agreed target) {
    return asked(target.authority(), request.method().name(), target.path());
  }

  private EgressRequest asked(Authority authority, String method, String path) {
    return new EgressRequest(
        Layer.HTTP, authority.host(), authority.port(), method, path, client.program());
  }
}
