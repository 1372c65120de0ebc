package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision;
import dev.claw.egress.Decision.Reason;
import dev.claw.egress.DecisionLog.Recording;
import dev.claw.egress.EgressEvent;
import dev.claw.egress.EgressEvent.Kind;
import dev.claw.model.AgentName;
import dev.claw.supervisor.resident.DenialQueue.Denial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DenialQueueTest {
  private static final AgentName CODER = new AgentName("coder");
  private static final AgentName OTHER = new AgentName("other");

  private final List<EgressEvent> recorded = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private int filled;
  private final DenialQueue queue =
      new DenialQueue(
          (event, thread) -> {
            recorded.add(event);
            return Recording.at(CompletableFuture.allOf());
          },
          _ -> filled++,
          nanos::get);

  private void event(AgentName agent, Kind kind, Decision decision, String host, int port) {
    var _ =
        queue.record(
            new EgressEvent.Decided(
                agent, Instant.EPOCH, 1, kind, decision, host, port, "", "", "", "", 1),
            Runnable::run);
  }

  private void denied(AgentName agent, String host) {
    event(agent, Kind.TLS, new Decision.Denied(Reason.NO_RULE, "x"), host, 443);
  }

  @Test
  void keepsDenialsThatAGrantMayLiftAndRecordsAll() {
    event(CODER, Kind.TLS, new Decision.Allowed("r", "", false, ""), "a.example", 443);
    event(CODER, Kind.MODEL, new Decision.Denied(Reason.NO_RULE, "x"), "a.example", 443);
    for (Reason reason : Reason.values()) {
      event(CODER, Kind.TLS, new Decision.Denied(reason, "x"), reason.name(), 443);
    }
    assertThat(recorded).hasSize(2 + Reason.values().length);
    assertThat(queue.drain())
        .extracting(Denial::reason)
        .containsExactlyInAnyOrder(
            Reason.NO_RULE, Reason.METHOD, Reason.PATH, Reason.PROGRAM, Reason.PROTOCOL);
    assertThat(filled).isEqualTo(1);
  }

  @Test
  void alikeOnesCountOnceAndAgainAfterAWhile() {
    denied(CODER, "a.example");
    denied(CODER, "a.example");
    assertThat(queue.drain()).hasSize(1);
    denied(CODER, "a.example");
    assertThat(queue.drain()).isEmpty();
    nanos.addAndGet(DenialQueue.ALIKE.toNanos());
    denied(CODER, "a.example");
    assertThat(queue.drain()).hasSize(1);
    assertThat(filled).isEqualTo(2);
  }

  @Test
  void anAgentThatTriesEveryHostTakesNobodysPlace() {
    for (int i = 0; i < 1000; i++) {
      denied(CODER, "h" + i + ".example");
    }
    denied(OTHER, "b.example");
    List<Denial> drained = queue.drain();
    assertThat(drained).hasSize(DenialQueue.MOST + 1);
    assertThat(drained.subList(0, 2)).extracting(Denial::agent).contains(OTHER);
    assertThat(queue.dropped()).isEqualTo(1000 - DenialQueue.MOST);
    assertThat(queue.dropped()).isZero();
  }
}
