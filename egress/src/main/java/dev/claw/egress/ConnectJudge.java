package dev.claw.egress;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.egress.EgressRequest.Layer;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Judges a CONNECT. Where TLS will stay closed, the host is connected to at once, so that the
 * program gets to read why it can't be. Where requests will be judged, nothing is connected yet.
 */
final class ConnectJudge {
  /** A connection to a vetted address, which does not read yet. */
  record Connected(Channel channel, List<InetAddress> addresses) {}

  /** Either denied, or open; with a connection or without one yet. */
  record Outcome(@Nullable Denied denied, @Nullable Connected connected) {}

  private final Client client;
  private final Gate gate;

  ConnectJudge(Client client, Gate gate) {
    this.client = client;
    this.gate = gate;
  }

  void judge(Authority authority, Consumer<Outcome> then) {
    EgressRequest connection = at(Layer.CONNECTION, authority);
    switch (gate.look(connection)) {
      case Denied denied -> deny(connection, denied, then);
      case Allowed allowed -> {
        EgressRequest closed = at(Layer.TLS, authority);
        boolean stays =
            authority.port() != 80 && !allowed.inspect() && gate.look(closed) instanceof Allowed;
        if (stays) {
          gate.judge(Kind.TLS, closed, passage -> dial(closed, authority, passage, then));
        } else {
          then.accept(new Outcome(null, null));
        }
      }
    }
  }

  private void dial(
      EgressRequest request, Authority authority, Passage passage, Consumer<Outcome> then) {
    switch (passage) {
      case Passage.Shut shut -> then.accept(new Outcome(shut.denied(), null));
      case Passage.Open open ->
          new Dialer(client)
              .dial(
                  open.addresses(),
                  authority.port(),
                  null,
                  (channel, failure) -> {
                    if (channel == null) {
                      Denied denied = ConnectFailure.of(authority, failure);
                      gate.unsent(
                          Kind.TLS,
                          request,
                          denied,
                          shut -> then.accept(new Outcome(denied, null)));
                    } else {
                      then.accept(new Outcome(null, new Connected(channel, open.addresses())));
                    }
                  });
    }
  }

  private void deny(EgressRequest request, Denied denied, Consumer<Outcome> then) {
    gate.deny(Kind.TLS, request, denied, shut -> then.accept(new Outcome(denied, null)));
  }

  private EgressRequest at(Layer layer, Authority authority) {
    return EgressRequest.at(layer, authority.host(), authority.port(), client.program());
  }
}
