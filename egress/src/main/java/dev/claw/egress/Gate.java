package dev.claw.egress;

import dev.claw.egress.Decision.Allowed;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.EgressEvent.Decided;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.model.AddressText;
import dev.claw.model.EgressRule;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Judges what one connection asks for: by the rules, by the addresses behind the name, by the
 * budgets; and lets nobody go on before that is on record. All answers come on the connection's
 * event loop.
 */
final class Gate {
  private static final int MOST_ADDRESSES = 4;

  private final Client client;

  Gate(Client client) {
    this.client = client;
  }

  /** What the rules say, without putting it on record; for a look ahead. */
  Decision look(EgressRequest request) {
    return client.agent().rules().decide(request, client.agent().now());
  }

  /** Judges, looks the name up once, vets, records. */
  void judge(Kind kind, EgressRequest request, Consumer<Passage> then) {
    admitted(
        kind,
        request,
        then,
        allowed ->
            lookUp(
                request.host(),
                addresses -> vetted(kind, request, allowed, addresses, then),
                denied -> refuse(kind, request, allowed, denied, then)));
  }

  /**
   * Judges what goes over a connection that was made for this host before, to one of these. Each
   * must do for it: rules for addresses may have methods and paths.
   */
  void judgeAgain(
      Kind kind, EgressRequest request, List<InetAddress> known, Consumer<Passage> then) {
    admitted(
        kind,
        request,
        then,
        allowed -> {
          Optional<Denied> refused =
              known.stream().flatMap(to -> refusal(request, allowed, to).stream()).findFirst();
          if (refused.isPresent()) {
            refuse(kind, request, allowed, refused.get(), then);
          } else {
            open(kind, request, allowed, known, then);
          }
        });
  }

  private Optional<Denied> refusal(EgressRequest request, Allowed allowed, InetAddress address) {
    return client.agent().rules().refusal(request, allowed, address, client.agent().now());
  }

  private void refuse(
      Kind kind, EgressRequest request, Allowed allowed, Denied why, Consumer<Passage> then) {
    deny(kind, request, new Denied(why.reason(), why.why(), allowed.audited()), then);
  }

  /** Puts a denial on record, which of many alike may be as a number. */
  void deny(Kind kind, EgressRequest request, Denied denied, Consumer<Passage> then) {
    Decided event = decided(kind, request, denied, "");
    Object alike =
        List.of(
            kind,
            denied.reason(),
            event.host(),
            event.port(),
            event.method(),
            event.path(),
            event.program());
    shut(client.agent().denials().deny(client, event, denied.reason(), alike), denied, then);
  }

  /**
   * Puts on record that what was admitted did not come about. It is the outcome of an intent, so
   * each has its own.
   */
  void unsent(Kind kind, EgressRequest request, Denied denied, Consumer<Passage> then) {
    Decided event = decided(kind, request, denied, "");
    shut(record(event).durable(), denied, then);
  }

  private void shut(CompletionStage<Void> recorded, Denied denied, Consumer<Passage> then) {
    onLoop(recorded, (nothing, failure) -> then.accept(new Passage.Shut(denied)));
  }

  private void admitted(
      Kind kind, EgressRequest request, Consumer<Passage> then, Consumer<Allowed> next) {
    switch (look(request)) {
      case Denied denied -> deny(kind, request, denied, then);
      case Allowed allowed -> {
        Optional<String> used = client.agent().budget().takeRequest(client.agent().now());
        if (used.isPresent()) {
          deny(kind, request, new Denied(Reason.BUDGET, used.get(), allowed.audited()), then);
        } else {
          next.accept(allowed);
        }
      }
    }
  }

  private CompletionStage<List<InetAddress>> resolve(HostName host) {
    AgentContext agent = client.agent();
    return agent
        .lookUps()
        .take(client.channel(), () -> agent.environment().resolver().resolve(host.text()))
        .orTimeout(agent.limits().connect().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void vetted(
      Kind kind,
      EgressRequest request,
      Allowed allowed,
      List<InetAddress> found,
      Consumer<Passage> then) {
    List<InetAddress> vetted = new ArrayList<>();
    List<Denied> refused = new ArrayList<>();
    for (InetAddress address : found) {
      refusal(request, allowed, address).ifPresentOrElse(refused::add, () -> vetted.add(address));
    }
    if (vetted.isEmpty()) {
      refuse(kind, request, allowed, refused.getFirst(), then);
      return;
    }
    open(kind, request, allowed, vetted.subList(0, Math.min(MOST_ADDRESSES, vetted.size())), then);
  }

  private void open(
      Kind kind,
      EgressRequest request,
      Allowed allowed,
      List<InetAddress> addresses,
      Consumer<Passage> then) {
    client.admit(() -> stillHolds(request, addresses, allowed.inspect()));
    recordOpen(kind, request, new Passage.Open(allowed, addresses), then);
  }

  /**
   * Puts on record what was admitted elsewhere than by the rules, before it goes on. Until the
   * record is on the disk, nothing comes back to the program.
   */
  void recordOpen(Kind kind, EgressRequest request, Passage.Open open, Consumer<Passage> then) {
    String address = AddressText.of(open.addresses().getFirst().getAddress());
    DecisionLog.Recording recording = record(decided(kind, request, open.allowed(), address));
    onLoop(
        recording.written(),
        (nothing, failure) -> {
          if (failure == null) {
            hold(kind, request, recording.durable());
            then.accept(open);
          } else {
            String why = "the decision could not be put on record";
            then.accept(new Passage.Shut(new Denied(Reason.RECORD, why)));
          }
        });
  }

  private void hold(Kind kind, EgressRequest request, CompletionStage<Void> durable) {
    if (durable.toCompletableFuture().isDone()
        && !durable.toCompletableFuture().isCompletedExceptionally()) {
      return;
    }
    CompletableFuture<Void> held = new CompletableFuture<>();
    client.answers().until(held);
    onLoop(
        durable,
        (nothing, failure) -> {
          if (failure == null) {
            held.complete(null);
            return;
          }
          String why = "its record could not be brought to the disk";
          client.end(why);
          var _ = record(decided(kind, request, new Denied(Reason.RECORD, why), ""));
        });
  }

  /**
   * Looks a name up once.
   *
   * @param found gets the addresses, of which there is at least one
   * @param denied gets why there is none
   */
  void lookUp(HostName host, Consumer<List<InetAddress>> found, Consumer<Denied> denied) {
    InetAddress literal = host.address();
    onLoop(
        literal != null ? CompletableFuture.completedFuture(List.of(literal)) : resolve(host),
        (addresses, failure) -> {
          if (addresses != null && !addresses.isEmpty()) {
            found.accept(addresses);
          } else {
            denied.accept(unknown(host, failure));
          }
        });
  }

  private Denied unknown(HostName host, @Nullable Throwable failure) {
    return switch (failure) {
      case Turns.Refused refused ->
          new Denied(
              Reason.LIMIT, "the name " + host + " was not looked up: " + refused.getMessage());
      case TimeoutException _ ->
          new Denied(Reason.LOOKUP, "the name " + host + " was not found in time");
      case null, default -> new Denied(Reason.LOOKUP, "the name " + host + " was not found");
    };
  }

  private boolean stillHolds(EgressRequest request, List<InetAddress> addresses, boolean inspect) {
    return look(request) instanceof Allowed allowed
        && (allowed.inspect() == inspect || request.layer() == EgressRequest.Layer.HTTP)
        && addresses.stream().allMatch(address -> refusal(request, allowed, address).isEmpty());
  }

  private Decided decided(Kind kind, EgressRequest request, Decision decision, String address) {
    EgressRule.Program program = client.program();
    int query = request.path().indexOf('?');
    return new Decided(
        client.agent().name(),
        client.agent().now(),
        client.id(),
        kind,
        decision,
        request.host().text(),
        request.port(),
        address,
        request.method(),
        query < 0 ? request.path() : request.path().substring(0, query),
        program == null ? "" : program.path(),
        1);
  }

  private DecisionLog.Recording record(EgressEvent event) {
    try {
      return client.agent().environment().log().record(event, client.channel().eventLoop());
    } catch (RuntimeException e) {
      return DecisionLog.Recording.failed(e);
    }
  }

  private <T> void onLoop(
      CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> then) {
    stage.whenComplete(
        (value, failure) -> {
          if (client.channel().eventLoop().inEventLoop()) {
            then.accept(value, failure);
          } else {
            client.channel().eventLoop().execute(() -> then.accept(value, failure));
          }
        });
  }
}
