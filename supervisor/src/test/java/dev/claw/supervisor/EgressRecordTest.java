package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.audit.AuditLog;
import dev.claw.model.Actor;
import dev.claw.model.AuditEvent;
import dev.claw.model.AuditEvent.Phase;
import dev.claw.model.AuditEvent.Result;
import dev.claw.model.NetworkProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent's record says of its egress: the log, and denials that still hold. */
class EgressRecordTest {
  private static final Actor PROXY = new Actor("supervisor", "egress");
  private static final String ESCAPE = "\u001b[2J\u202e";

  @TempDir Path folder;
  private EgressScene scene;
  private Fixture fixture;

  @BeforeEach
  void make() throws Exception {
    scene = new EgressScene(folder);
    fixture = scene.fixture;
  }

  private void append(String type, Phase phase, Result result, Map<String, Object> details)
      throws Exception {
    AuditLog log = fixture.host.journal().open(fixture.coder().audit());
    log.append(
        phase == Phase.INTENT
            ? AuditEvent.intent(type, CODER, PROXY, details)
            : new AuditEvent(type, CODER, PROXY, phase, result, details));
  }

  private void allowed(long connection, String host) throws Exception {
    append(
        "egress.connect",
        Phase.INTENT,
        Result.DONE,
        Map.of("connection", connection, "host", host, "port", 443, "rule", "allow " + host));
  }

  private void closed(long connection, long out, long in) throws Exception {
    append(
        "egress.close",
        Phase.OUTCOME,
        Result.DONE,
        Map.of(
            "connection", connection, "bytesOut", out, "bytesIn", in, "millis", 5, "why", "end"));
  }

  private void denied(String type, String host, int port, String reason, Object... more)
      throws Exception {
    Map<String, Object> details = new HashMap<>();
    details.put("connection", 1);
    details.put("host", host);
    if (port > 0) {
      details.put("port", port);
    }
    details.put("reason", reason);
    details.put("why", "no rule admits " + host);
    for (int i = 0; i < more.length; i += 2) {
      details.put((String) more[i], more[i + 1]);
    }
    append(type, Phase.OUTCOME, Result.REFUSED, details);
  }

  @Test
  void theLogJoinsBytesToTheDecisionTheyBelongTo() throws Exception {
    allowed(7, "one.example");
    allowed(8, "two.example");
    denied("egress.request", "three.example", 80, "path", "path", "/x" + ESCAPE, "method", "GET");
    closed(7, 10, 20);
    allowed(7, "again.example");
    closed(8, 30, 40);
    closed(99, 1, 1);
    List<EgressEntry> log = new EgressLog(fixture.host).last(CODER, 100);
    assertThat(log)
        .extracting(e -> e.host().orElse("") + " " + e.decision() + " " + e.bytesIn().orElse(-1L))
        .containsExactly(
            "one.example allowed 20",
            "two.example allowed 40",
            "three.example denied -1",
            "again.example allowed -1");
    assertThat(new EgressLog(fixture.host).last(CODER, 1)).hasSize(1);
    assertThat(new EgressLog(fixture.host).last(CODER, 0)).isEmpty();
  }

  @Test
  void theLogIsFollowedUntilInterrupted() throws Exception {
    allowed(7, "one.example");
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread follower =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new EgressLog(fixture.host)
                        .follow(
                            CODER,
                            10,
                            entry -> seen.add(entry.decision() + " " + entry.host().orElse("")));
                    end.complete("enough");
                  } catch (InterruptedException e) {
                    end.complete("interrupted");
                  } catch (SupervisorException e) {
                    end.completeExceptionally(e);
                  }
                });
    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("allowed one.example");
    denied("egress.name", "two.example", 0, "no_rule");
    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("denied two.example");
    closed(7, 1, 2);
    assertThat(seen.poll(1, TimeUnit.MINUTES)).isEqualTo("closed one.example");
    follower.interrupt();
    assertThat(end.get(1, TimeUnit.MINUTES)).isEqualTo("interrupted");
    new EgressLog(fixture.host).follow(CODER, 10, entry -> false);
  }

  @Test
  void pendingFoldsAndLeavesOutWhatIsAdmittedByNow() throws Exception {
    denied("egress.connect", "old.example", 443, "no_rule");
    for (int i = 0; i < 100; i++) {
      denied("egress.connect", "new.example", 8443, "no_rule", "program", "/usr/bin/p" + i);
    }
    denied("egress.name", "name.example", 0, "no_rule", "count", 41);
    denied("egress.name", "name.example", 0, "no_rule");
    denied("egress.connect", "granted.example", 443, "no_rule");
    denied("egress.name", "granted.example", 0, "no_rule");
    denied("egress.request", "web.example", 80, "path", "method", "GET", "path", "/a/b");
    denied("egress.request", "web.example", 80, "path", "method", "GET", "path", "/b");
    denied("egress.connect", "down.example", 443, "connect");
    denied("model.call", "api.anthropic.com", 443, "model");
    denied("egress.connect", "x.evil.example", 443, "deny_rule");
    denied("egress.name", "x.evil.example", 0, "no_rule");
    // A rule that is gone by now: what is there today forbids 443.
    denied("egress.connect", "x.evil.example", 8443, "deny_rule");
    denied("egress.connect", "a" + ESCAPE + "; rm -rf ~", 443, "no_rule");
    scene.grant("granted.example", 443);
    PendingDenials.Found found = new PendingDenials(fixture.host).find(CODER);
    assertThat(found.more()).isFalse();
    assertThat(found.denials())
        .extracting(d -> d.host() + " " + d.port().orElse(0L) + " " + d.reason() + " " + d.count())
        .containsExactly(
            "a" + ESCAPE + "; rm -rf ~ 443 no-rule 1",
            "x.evil.example 8443 deny-rule 1",
            "web.example 80 path 1",
            "name.example 0 no-rule 42",
            "new.example 8443 no-rule 100",
            "old.example 443 no-rule 1");
    assertThat(found.denials())
        .extracting(d -> d.command().orElse("-"))
        .containsExactly(
            "-",
            "-",
            "claw egress allow coder web.example --port 80 --for 30m",
            "claw egress allow coder name.example --for 30m",
            "claw egress allow coder new.example --port 8443 --for 30m",
            "claw egress allow coder old.example --for 30m");
    assertThat(found.denials().get(4).program()).contains("/usr/bin/p99");
    assertThat(found.denials().get(4).rule()).contains("{host: new.example, ports: [8443]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*.example", "**.com", "*"})
  void aNameThatIsAPatternIsOfferedInNoCommand(String name) throws Exception {
    denied("egress.name", name, 0, "no_rule");
    assertThat(new PendingDenials(fixture.host).find(CODER).denials())
        .singleElement()
        .satisfies(
            denial -> {
              assertThat(denial.command()).isEmpty();
              assertThat(denial.rule()).isEmpty();
            });
  }

  @Test
  void nothingIsPendingWhereEveryHostIsReached() throws Exception {
    new Trash(fixture.host).delete(CODER, false);
    scene.create(CODER, NetworkProfile.OPEN);
    denied("egress.connect", "old.example", 443, "no_rule");
    assertThat(new PendingDenials(fixture.host).find(CODER).denials()).isEmpty();
  }

  @Test
  void pendingIsBoundedWhateverTheAgentAsksFor() throws Exception {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < PendingDenials.MOST + 5; i++) {
      events.add(
          new AuditEvent(
              "egress.name",
              CODER,
              PROXY,
              Phase.OUTCOME,
              Result.REFUSED,
              Map.of("connection", 1, "host", "h" + i + ".example", "reason", "no_rule")));
    }
    fixture.host.journal().open(fixture.coder().audit()).append(events);
    PendingDenials.Found found = new PendingDenials(fixture.host).find(CODER);
    assertThat(found.denials()).hasSize(PendingDenials.MOST);
    assertThat(found.denials().getFirst().host()).isEqualTo("h1004.example");
    assertThat(found.more()).isTrue();
  }

  @Test
  void denialsThatAreOnRecordAsANumberCountAsMany() throws Exception {
    denied("egress.connect", "new.example", 443, "no_rule");
    denied("egress.connect", "new.example", 443, "no_rule", "count", 4997L);
    denied("egress.connect", "(others)", 0, "no_rule", "count", 900L);
    List<PendingDenials.Pending> pending = new PendingDenials(fixture.host).find(CODER).denials();
    assertThat(pending).extracting(PendingDenials.Pending::count).containsExactly(900L, 4998L);
    assertThat(pending.getFirst().rule()).isEmpty();
    assertThat(pending.getFirst().command()).isEmpty();
    assertThat(pending.getLast().command()).isPresent();
    assertThat(new EgressLog(fixture.host).last(CODER, 10))
        .extracting(EgressEntry::count)
        .containsExactly(1L, 4997L, 900L);
  }
}
