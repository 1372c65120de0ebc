package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision;
import dev.claw.model.Actor;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approval.Verdict;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApprovalDeskTest {
  private static final Actor ANN = new Actor("telegram", "ann(4711)");
  private static final Duration PATIENCE = Duration.ofHours(100);
  private static final Duration LEFT = Duration.ofMinutes(29);

  @TempDir Path folder;
  private final List<String> events = new ArrayList<>();
  private final List<String> log = new ArrayList<>();
  private Fixture fixture;
  private AgentRecord coder;
  private ApprovalDesk desk;
  private Approvals approvals;

  @BeforeEach
  void prepare() throws Exception {
    fixture = Fixture.withCoder(folder);
    coder = fixture.record(Fixture.CODER);
    desk = desk();
    approvals = new Approvals(fixture.host, () -> desk.look());
  }

  private ApprovalDesk desk() {
    ApprovalListener listener =
        new ApprovalListener() {
          @Override
          public void asked(Approval approval) {
            events.add("asked " + approval.subject().text());
          }

          @Override
          public void ended(Approval approval) {
            events.add(approval.state().word() + " " + approval.subject().text());
          }
        };
    return new ApprovalDesk(fixture.host, PATIENCE, List.of(listener), log::add);
  }

  private static ExecAsk exec(String gatewayId, String command) {
    return new ExecAsk(gatewayId, command, "/workspace", List.of(), LEFT);
  }

  private List<Approval> all() throws SupervisorException {
    return approvals.list(Optional.of(Fixture.CODER)).approvals();
  }

  private Approval newest() throws SupervisorException {
    return all().stream().max(Comparator.comparing(Approval::asked)).orElseThrow();
  }

  private List<String> unsent() throws SupervisorException {
    return desk.unsent(coder.id()).stream()
        .map(answer -> answer.gatewayId() + " " + answer.allow())
        .toList();
  }

  private List<String> recorded() throws Exception {
    return fixture.events(fixture.coder().audit()).stream()
        .filter(event -> event.startsWith("approval.") || event.startsWith("egress.grant"))
        .toList();
  }

  private void deny(String host, int port) throws SupervisorException {
    desk.askEgress(Fixture.CODER, Decision.Reason.NO_RULE, host, port);
  }

  @Test
  void aCommandWaitsIsAnsweredAndHandedOverOnRecord() throws Exception {
    assertThat(desk.askExec(coder, exec("g1", "rm -r build"))).isTrue();
    assertThat(desk.askExec(coder, exec("g1", "rm -r build"))).isTrue();
    Approval asked = newest();
    assertThat(all()).hasSize(1);
    assertThat(unsent()).isEmpty();
    assertThat(asked.state()).isEqualTo(State.WAITING);
    assertThat(approvals.decide(asked.id(), Verdict.ONCE, ANN))
        .isInstanceOf(Approvals.Outcome.Taken.class);
    assertThat(approvals.decide(asked.id(), Verdict.DENY, new Actor("cli", "eve(1)")))
        .isInstanceOfSatisfying(
            Approvals.Outcome.Late.class,
            late -> assertThat(late.approval().decidedBy()).contains("telegram:ann(4711)"));
    assertThat(unsent()).containsExactly("g1 true");
    desk.sent(desk.unsent(coder.id()).getFirst());
    assertThat(unsent()).isEmpty();
    assertThat(events).containsExactly("asked rm -r build", "allowed-once rm -r build");
    assertThat(recorded())
        .containsExactly(
            "approval.asked DONE",
            "approval.decided intent",
            "approval.decided DONE",
            "approval.decided intent",
            "approval.decided DONE");
    assertThat(Files.readString(fixture.coder().audit()))
        .contains("rm -r build", "telegram", "ann(4711)", "eve(1)");
  }

  @Test
  void aCommandIsNotTheSameWhereItsFolderTakesAPartOfIt() throws Exception {
    desk.askExec(coder, new ExecAsk("g1", "a\0b", "/w", List.of(), LEFT));
    var _ = approvals.decide(newest().id(), Verdict.HALF_HOUR, ANN);
    desk.askExec(coder, new ExecAsk("g2", "b", "/w\0a", List.of(), LEFT));
    assertThat(unsent()).containsExactly("g1 true");
  }

  @Test
  void forHalfAnHourTheSameCommandIsAllowedWithoutAQuestion() throws Exception {
    desk.askExec(coder, exec("g1", "make"));
    var _ = approvals.decide(newest().id(), Verdict.HALF_HOUR, ANN);
    events.clear();
    desk.askExec(coder, exec("g2", "make"));
    assertThat(unsent()).containsExactly("g1 true", "g2 true");
    assertThat(events).isEmpty();
    assertThat(newest().decidedBy().orElseThrow()).endsWith(", for 30 minutes");
    desk.askExec(coder, exec("g3", "make all"));
    desk.askExec(coder, new ExecAsk("g4", "make", "/tmp", List.of(), LEFT));
    desk.askExec(coder, new ExecAsk("g5", "make", "/workspace", List.of("LD_PRELOAD"), LEFT));
    assertThat(unsent()).containsExactly("g1 true", "g2 true");
    assertThat(events).hasSize(3);
  }

  @Test
  void whatIsAllowedOnceIsAskedForAgain() throws Exception {
    desk.askExec(coder, exec("g1", "make"));
    var _ = approvals.decide(newest().id(), Verdict.ONCE, ANN);
    desk.askExec(coder, exec("g2", "make"));
    assertThat(newest().state()).isEqualTo(State.WAITING);
  }

  @Test
  void aCommandThatNobodyCanReadIsDenied() throws Exception {
    desk.askExec(coder, exec("g1", " ".repeat(ExecAsk.LONGEST_COMMAND) + "; rm -rf /"));
    assertThat(unsent()).containsExactly("g1 false");
    assertThat(newest().state()).isEqualTo(State.DENIED);
    assertThat(events).isEmpty();
    assertThat(log).singleElement().asString().contains("too long to be shown");
  }

  @Test
  void textsOfTheAgentCanNotMoveACursor() throws Exception {
    desk.askExec(
        coder, new ExecAsk("g1", "ls\u001b[2K\r\u202e#", "/w\u0007", List.of("A\nB"), LEFT));
    assertThat(newest().subject())
        .isEqualTo(
            new Approval.Exec("ls\\u001b[2K\\u000d\\u202e#", "/w\\u0007", List.of("A\\u000aB")));
  }

  @Test
  void ourTimeEndsBeforeOpenClaws() throws Exception {
    desk.askExec(coder, exec("g1", "make"));
    assertThat(Duration.between(newest().asked(), newest().expires()))
        .isEqualTo(LEFT.minus(ApprovalDesk.MARGIN));
    desk.askExec(coder, new ExecAsk("g2", "make", "/", List.of(), Duration.ZERO));
    assertThat(Duration.between(newest().asked(), newest().expires()))
        .isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whatNobodyAnswersIsDeniedOnRecord() throws Exception {
    desk.askExec(coder, new ExecAsk("g1", "make", "/", List.of(), Duration.ZERO));
    desk.look(); // a clock that ticks by a second at each look has passed its end
    assertThat(unsent()).containsExactly("g1 false");
    assertThat(events).containsExactly("asked make", "expired make");
    assertThat(recorded()).containsExactly("approval.asked DONE", "approval.expired DONE");
  }

  @Test
  void anAgentThatAsksWithoutEndIsNotTakenIn() throws Exception {
    Instant now = fixture.host.clock().instant();
    ApprovalStore store =
        new ApprovalStore(
            fixture.host.home().database(),
            fixture.random,
            new LatestInstant(() -> now, Uptime::ofKernel));
    for (int i = 0; i < ApprovalDesk.MOST_COMMANDS; i++) {
      ApprovalStore.Ask ask =
          new ApprovalStore.Ask(coder.id(), coder.name(), exec("", "x").shown(), "", "g" + i, LEFT);
      var _ = store.add(ask, approval -> {});
    }
    assertThat(desk.askExec(coder, exec("one more", "x"))).isFalse();
    assertThat(newest().subject()).isEqualTo(exec("", "x").shown());
    assertThat(all())
        .filteredOn(a -> a.state() == State.WAITING)
        .hasSizeLessThanOrEqualTo(ApprovalStore.MOST_WAITING);
  }

  @Test
  void whatOpenClawGivesUpIsGone() throws Exception {
    desk.askExec(coder, exec("g1", "one"));
    desk.askExec(coder, exec("g2", "two"));
    desk.askExec(coder, exec("g3", "three"));
    desk.withdrawn(coder.id(), "g1", "OpenClaw: approval-scope-closed");
    desk.withdrawn(coder.id(), "unknown", "x");
    desk.keepOnly(coder.id(), Set.of("g3"));
    assertThat(events).contains("gone one", "gone two").doesNotContain("gone three");
    desk.stopped(coder.id());
    assertThat(events).contains("gone three");
    assertThat(unsent()).isEmpty();
    assertThat(recorded()).filteredOn(e -> e.equals("approval.gone DONE")).hasSize(3);
  }

  @Test
  void theNextProcessGoesOnWithWhatWaitsAndWhatIsNotHandedOver() throws Exception {
    desk.askExec(coder, exec("g1", "one"));
    String first = newest().id();
    desk.askExec(coder, exec("g2", "two"));
    desk = desk();
    desk.resume();
    var _ = approvals.decide(first, Verdict.DENY, ANN);
    assertThat(events).contains("denied one");
    assertThat(unsent()).containsExactly("g1 false");
    desk.keepOnly(coder.id(), Set.of("g1", "g2"));
    assertThat(unsent()).containsExactly("g1 false");
    desk.keepOnly(coder.id(), Set.of("g2"));
    assertThat(unsent()).isEmpty();
  }

  @Test
  void aDeniedHostIsAskedForOnceAndOpenedByAGrant() throws Exception {
    deny("API.example.org", 0);
    deny("api.example.org", 443);
    assertThat(events).containsExactly("asked api.example.org:443");
    Approvals.Outcome outcome = approvals.decide(newest().id(), Verdict.ONCE, ANN);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Approvals.Outcome.Taken.class, taken -> assertThat(taken.grant()).isPresent());
    Grants.Listed grant =
        new Grants(fixture.host, fixture.egress).list(Optional.empty()).grants().getFirst();
    assertThat(grant.host()).isEqualTo("api.example.org");
    assertThat(grant.ports()).containsExactly(443);
    assertThat(Duration.between(grant.given(), grant.until())).isEqualTo(Approvals.ONCE);
    assertThat(grant.actor()).isEqualTo("telegram:ann(4711)");
    deny("api.example.org", 443);
    assertThat(events).hasSize(2);
    assertThat(recorded())
        .containsExactly(
            "approval.asked DONE",
            "approval.decided intent",
            "approval.decided DONE",
            "egress.grant intent",
            "egress.grant DONE");
  }

  @Test
  void aHostThatAnOperatorDeniedIsNotAskedForAgain() throws Exception {
    deny("a.example", 443);
    var _ = approvals.decide(newest().id(), Verdict.DENY, ANN);
    deny("a.example", 443);
    deny("a.example", 22);
    assertThat(events)
        .containsExactly("asked a.example:443", "denied a.example:443", "asked a.example:22");
    assertThat(new Grants(fixture.host, fixture.egress).list(Optional.empty()).grants()).isEmpty();
  }

  @Test
  void whatNoGrantWouldLiftIsNotAsked() throws Exception {
    desk.askEgress(Fixture.CODER, Decision.Reason.LOOKUP, "a.example", 443);
    desk.askEgress(Fixture.CODER, Decision.Reason.DENY_RULE, "a.example", 443);
    deny("not a host\u001b[2J", 443);
    deny("", 443);
    deny("*.example", 443);
    deny("**.example", 0);
    assertThat(events).isEmpty();
    for (int i = 0; i < 3 * EgressAsks.MOST; i++) {
      deny("h" + i + ".example", 443);
    }
    assertThat(all()).hasSize(EgressAsks.MOST);
  }

  @Test
  void aLockThatDoesNotHoldGivesNoGrantAndSaysSo() throws Exception {
    deny("a.example", 443);
    Files.writeString(fixture.coder().openclaw(), "{}");
    assertRefused(Reason.DRIFT, () -> approvals.decide(newest().id(), Verdict.HALF_HOUR, ANN))
        .hasMessageContaining("a.example:443 is not open");
    assertThat(newest().state()).isEqualTo(State.ALLOWED_30M);
  }

  @Test
  void nobodyAnswersWhatIsNotThere() {
    assertRefused(Reason.NOT_FOUND, () -> approvals.decide("a-0\u001b", Verdict.ONCE, ANN))
        .hasMessageContaining("a-0\\u001b");
  }

  @Test
  void aListenerThatFailsHarmsNobody() throws Exception {
    desk =
        new ApprovalDesk(
            fixture.host,
            PATIENCE,
            List.of(
                new ApprovalListener() {
                  @Override
                  public void asked(Approval approval) {
                    throw new IllegalStateException("bot");
                  }

                  @Override
                  public void ended(Approval approval) {}
                }),
            log::add);
    assertThat(desk.askExec(coder, exec("g1", "one"))).isTrue();
    assertThat(log).singleElement().asString().contains("a listener for approvals failed");
  }
}
